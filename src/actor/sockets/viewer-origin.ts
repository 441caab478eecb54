/**
 * The origin in URLs of events: each viewer gets their own. A client can write anything into its `Host` header, so the origin
 * of one connection must not reach another.
 */

let mark = ''

/**
 * The placeholder of the viewer's origin in an event that is serialised once for many connections. It is random for each
 * isolate, so that no text of a message contains it.
 */
export function viewerOrigin(): string {
  // Made on first use: the platform has no randomness while a module loads.
  mark ||= `https://${crypto.randomUUID()}.invalid`
  return mark
}

/** The serialised event for a connection of `origin`. An origin has no character that JSON escapes. */
export const forOrigin = (event: string, origin: string): string => event.replaceAll(viewerOrigin(), origin)

/** The frame of one event, or of several as a JSON array. */
export const frameOf = (events: string[]): string =>
  events.length === 1 ? (events[0] as string) : `[${events.join(',')}]`

/** Serialised events, completed once for each origin of the connections that receive them. */
export class SharedEvents {
  readonly #events: string[]
  readonly #hasOrigin: boolean
  readonly #byOrigin = new Map<string, { events: string[]; joined?: string }>()

  constructor(events: string[]) {
    this.#events = events
    this.#hasOrigin = events.some((event) => event.includes(viewerOrigin()))
  }

  /** The events as single frames. */
  for(origin: string): string[] {
    return this.#completed(origin).events
  }

  /** The events as one frame. */
  joinedFor(origin: string): string {
    const completed = this.#completed(origin)
    completed.joined ??= frameOf(completed.events)
    return completed.joined
  }

  #completed(origin: string) {
    const key = this.#hasOrigin ? origin : ''
    let completed = this.#byOrigin.get(key)
    if (!completed) {
      completed = { events: this.#hasOrigin ? this.#events.map((event) => forOrigin(event, origin)) : this.#events }
      this.#byOrigin.set(key, completed)
    }
    return completed
  }
}
