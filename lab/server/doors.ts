/** The requests and answers of the lab server's doors, for both sides. */
/** Somebody who was made here and is signed in. */
export interface Enrolled {
  id: number
  username: string
  /** An access token. */
  access: string
}

/** A run of messages to store, by `senders` in turn. */
export interface Filling {
  /** The first message's id; nothing may stand at or above it. */
  from: number
  count: number
  senders: number[]
  /** When the first was sent (ms since 1970); each comes a second after the one before. */
  began: number
}

/** What is asked, as often as is said; the asker takes the time, as clocks stand still inside a turn. */
export type Probe =
  | { ask: 'size' }
  | { ask: 'unread'; user: number; above: number; times: number }
  | { ask: 'calls'; to: number[]; bytes: number; times: number }

/** What waits for one socket, in bytes, and whose it is. */
export interface Waiting {
  user: number | null
  open: boolean
  bytes: number
}

/** How often one neighbour errs (0 to 1), and whether it does not answer. */
export interface Fault {
  errors: number
  stalled: boolean
}

export interface Faults {
  directory: Fault
  media: Fault
}

/** What a request has taken: ways from the Worker to another place and back. */
export interface Trips {
  /** Its method and path. */
  request: string
  /** Questions to the directory. */
  directory: number
  /** Calls to actors. */
  actors: number
  /** The longest row of both in which one began only after another had ended: so often its caller waits for the way. */
  inTurn: number
  /** The same of questions to the directory alone. */
  directoryInTurn: number
}

/** A sidebar that a room has pushed to. */
export interface Push {
  user: number
  room: number
  /** In milliseconds since 1970. */
  at: number
}

/** Units of a limit that a trial spends at once, without the acts that would take them. */
export interface Spending {
  /** The rate as `GET /api/limits/` names it. */
  rate: string
  times: number
  /** The budget that counts it: a person's id or `session <id>`. */
  budget?: string
  /** The network whose budget counts it, in the form of `networkOf` in `src/api/usecases/device.ts`. */
  network?: string
  /** What the directory's row is keyed by: in its table `rates`, or in `attempts` where wrong guesses are counted. */
  rates?: string[]
  tries?: string[]
}
