/** Observable state and typed events. */

/** Observable state. Fits React's `useSyncExternalStore`, signals, and Svelte's store contract. */
export interface Readable<S> {
  /** Returns the same object until the state changes. */
  getSnapshot(): S
  /** Calls back now and after changes, once for all changes of a turn. @returns a function that stops listening */
  subscribe(listener: (snapshot: S) => void): () => void
}

/** Builds snapshots on demand, and notifies listeners of changes. */
export class Store<S> implements Readable<S> {
  readonly #build: () => S
  /** Listeners get a function, so that the snapshot is built only if one of them reads it. */
  readonly #listeners = new Emitter<{ changed: () => S }>()
  #snapshot: S | undefined
  #scheduled = false

  constructor(build: () => S) {
    this.#build = build
  }

  // Arrow functions, because frameworks call them without their object.
  readonly getSnapshot = (): S => {
    this.#snapshot ??= this.#build()
    return this.#snapshot
  }

  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    const show = (snapshot: () => S) => listener(snapshot())
    notify(show, this.getSnapshot)
    return this.#listeners.on('changed', show)
  }

  /** Call it after each change of the state. */
  changed(): void {
    this.#snapshot = undefined
    if (this.#scheduled) return
    this.#scheduled = true
    // Frames that arrive together cause one notification.
    queueMicrotask(() => {
      this.#scheduled = false
      this.#listeners.emit('changed', this.getSnapshot)
    })
  }
}

/** Named events with typed payloads. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()

  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const each = (event: Events[Name]) => listener(event)
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(each))
    return () => void listeners.delete(each)
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])])
      notify(listener as (event: Events[Name]) => void, event)
  }
}

/** Calls a listener. What it throws is reported as an uncaught error and does not stop other listeners. */
function notify<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
