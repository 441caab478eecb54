/** The sizes of a run: full, and quick. */
export interface Sizes {
  /** Messages in a room. */
  messages: number[]
  /** Rooms somebody is in. */
  rooms: number[]
  /** Members of a group. */
  members: number[]
  /** Sockets in one room. */
  sockets: number[]
  /** Requests of each kind at each size. */
  requests: number
  /** Messages whose echo is timed, at each size of a history. */
  echoes: number
  /** How long a room is let talk at each size, in milliseconds. */
  flow: number
}

export const FULL: Sizes = {
  messages: [1_000, 10_000, 100_000, 1_000_000],
  rooms: [10, 100, 1_000],
  members: [10, 100, 1_000],
  sockets: [10, 100, 500, 2_000],
  requests: 60,
  echoes: 150,
  flow: 3_000,
}

/** Shows that every part works, in about a minute; its figures are worth nothing. */
export const QUICK: Sizes = {
  messages: [1_000, 5_000],
  rooms: [10, 40],
  members: [10, 40],
  sockets: [10, 40],
  requests: 10,
  echoes: 30,
  flow: 500,
}
