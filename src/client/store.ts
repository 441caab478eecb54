/** State that can be watched, and events that can be heard. */

/** What every live thing offers: fits React's `useSyncExternalStore`, signals, and Svelte's store contract. */
export interface Readable<S> {
  /** The same object until something changes. */
  getSnapshot(): S
  /** Calls back now and after each change, once for all changes of a moment. @returns the way to stop */
  subscribe(listener: (snapshot: S) => void): () => void
}

/** Builds a snapshot when somebody wants one, and tells listeners that there is a new one. */
export class Store<S> implements Readable<S> {
  readonly #build: () => S
  /** Told with the way to the snapshot, which is built for whoever wants it. */
  readonly #listeners = new Emitter<{ changed: () => S }>()
  #snapshot: S | undefined
  #scheduled = false

  constructor(build: () => S) {
    this.#build = build
  }

  // Arrow functions, because frameworks are handed these without their object.
  readonly getSnapshot = (): S => {
    this.#snapshot ??= this.#build()
    return this.#snapshot
  }

  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    const show = (snapshot: () => S) => listener(snapshot())
    notify(show, this.getSnapshot)
    return this.#listeners.on('changed', show)
  }

  /** To be called after each change of what the snapshot is built from. */
  changed(): void {
    this.#snapshot = undefined
    if (this.#scheduled) return
    this.#scheduled = true
    // Frames that arrive together are shown together.
    queueMicrotask(() => {
      this.#scheduled = false
      this.#listeners.emit('changed', this.getSnapshot)
    })
  }
}

/** Named events with typed contents. */
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

/** A listener that throws is reported like any uncaught error, and stops nobody else. */
function notify<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
