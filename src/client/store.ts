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
  readonly #build: (before: S | undefined) => S
  readonly #onWatched: (isWatched: boolean) => void
  /** Listeners get a function, so that the snapshot is built only if one of them reads it. */
  readonly #listeners = new Emitter<{ changed: () => S }>()
  #snapshot: S | undefined
  #isCurrent = false
  #isScheduled = false

  /** `onWatched` is called with true for the first listener, and with false when the last one has left. */
  constructor(build: (before: S | undefined) => S, onWatched: (isWatched: boolean) => void = () => undefined) {
    this.#build = build
    this.#onWatched = onWatched
  }

  // Arrow functions, because frameworks call them without their object.
  readonly getSnapshot = (): S => {
    if (!this.#isCurrent) this.#snapshot = this.#build(this.#snapshot)
    this.#isCurrent = true
    return this.#snapshot as S
  }

  readonly subscribe = (listener: (snapshot: S) => void): (() => void) => {
    const show = (snapshot: () => S) => listener(snapshot())
    const isFirst = this.#listeners.size === 0
    const stop = this.#listeners.on('changed', show)
    if (isFirst) this.#onWatched(true)
    notify(show, this.getSnapshot)
    return () => {
      if (stop() && this.#listeners.size === 0) this.#onWatched(false)
    }
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0
  }

  /** Call it after each change of the state. */
  changed(): void {
    this.#isCurrent = false
    if (this.#isScheduled) return
    this.#isScheduled = true
    // Frames that arrive together cause one notification.
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#listeners.emit('changed', this.getSnapshot)
    })
  }
}

/** Named events with typed payloads. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>()
  size = 0

  /** @returns a function that stops listening. It returns false if it had been called before */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => boolean {
    const each = (event: Events[Name]) => listener(event)
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(each))
    this.size++
    return () => {
      const isRemoved = listeners.delete(each)
      if (isRemoved) this.size--
      return isRemoved
    }
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners.get(name)
    for (const listener of [...(listeners ?? [])]) {
      // An earlier listener may have removed it.
      if (listeners?.has(listener)) notify(listener as (event: Events[Name]) => void, event)
    }
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
