/** Every lifetime and bound, each with its reason, and the environment variables, parsed once. */
import * as z from 'zod'

import type { Rate } from './protocol/rate'

export { LIMITS } from './protocol/limits'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long things live or wait, in milliseconds. */
export const TIMES = {
  /** Short, because a token cannot be taken back before it ends except by asking the directory. */
  accessToken: 1 * HOUR,
  /** A session unused for this long ends; each refresh starts the time again. */
  refreshToken: 30 * DAY,
  /** Whatever is refreshed, a session ends after this. */
  sessionMost: 180 * DAY,
  /** A session that is over is forgotten after this, when its owner next signs in. */
  sessionKept: 30 * DAY,
  /** A socket ticket stands in a URL, so it is useless within a minute. */
  socketTicket: 1 * MINUTE,
  /** One live sidebar hears of one room at most this often: four times a second looks immediate. */
  sidebarPush: 250,
  /** What a room owes its sidebars is pushed again this long after the first attempt, if it was not known to arrive. */
  sidebarPushAgain: 1 * SECOND,
  /** A read or delivered cursor is written at most this often per person. */
  cursorWrite: 1 * SECOND,
  /** Typing is passed on at most this often per person, and ends by itself after the second figure. */
  typing: 2 * SECOND,
  typingEnds: 6 * SECOND,
  /** Reconnecting within this time does not show as going offline. */
  presenceGrace: 8 * SECOND,
  /** Waits between deliveries of what the outbox owes: doubled up to the second figure. */
  outboxFirst: 1 * SECOND,
  outboxMost: 5 * MINUTE,
  /** The directory is down when it has not answered by then: clients get their 503 within five seconds. */
  directory: 4 * SECOND,
  /** A call to a neighbour that has not answered by then counts as failed. */
  call: 10 * SECOND,
  /** R2 is down when it has not answered by then: clients get their 503 within five seconds. */
  media: 4 * SECOND,
  /** The URL of an image works at least this long: a tab left open over night still shows its pictures. */
  mediaUrl: 1 * DAY,
  /** An upload may be attached to a message for this long. */
  upload: 24 * HOUR,
  /** What nothing holds is removed this long after its upload: what was attached at the last moment is known by then. */
  uploadKept: 25 * HOUR,
} as const

/** Counts that bound one actor's work, with the platform's reason. */
export const BOUNDS = {
  /** Events read and sent at a time on resume, so that 10,000 missed ones never hold the actor for long. */
  resumeChunk: 500,
  /** Calls to neighbours under way at once: the platform allows six open connections per event. */
  callsAtOnce: 6,
  /** Rooms told when a person comes online or goes, newest activity first. */
  presenceRooms: 50,
  /** Bytes of an upload in memory at a time, and of each part R2 gets: its parts are equal, and at least 5 MiB. */
  uploadPart: 5 * 1024 * 1024,
  /** Stored objects removed, and holds on them told, at a time: R2 takes 1,000 keys in one request. */
  mediaBatch: 500,
  /** Above this size a room shows who was online on opening it, but is not told of each coming and going. */
  presenceRoomSize: 100,
  /** Lists in which one person's typing is shown: it is a courtesy, and each is a call. */
  typingLists: 20,
  /** Rooms asked by one search, newest activity first: the platform bounds the calls of one request. */
  searchRooms: 200,
  /** scrypt's cost. OWASP's row for 16 MiB; the platform refuses N·r·p above 2^20 and has 128 MB per isolate. */
  scrypt: { N: 2 ** 14, r: 8, p: 5 },
} as const

/**
 * How often people may do things before they are asked to wait. Generous to people, classes behind one address and
 * programs that fill a room; they are there for guessing and for floods. `RATE_LIMITS=off` is for load tests.
 */
export const RATES = {
  /** Wrong passwords, of one account from one address: whoever guesses locks nobody else out. */
  login: { limit: 10, per: 10 * MINUTE },
  /** Wrong passwords from one address, over all accounts. */
  loginAddress: { limit: 100, per: 10 * MINUTE },
  /** Accounts made from one address. */
  register: { limit: 300, per: 1 * HOUR },
  /** Messages sent and edited by one person in one room. */
  send: { limit: 1_000, per: 1 * MINUTE },
  /** Frames of one person to one actor: every message of a busy room may be answered by a receipt. */
  frames: { limit: 3_000, per: 30 * SECOND },
  /** Looking at links and joining by them. */
  join: { limit: 60, per: 1 * MINUTE },
  upload: { limit: 100, per: 10 * MINUTE },
  search: { limit: 120, per: 1 * MINUTE },
} as const satisfies Record<string, Rate>

/** WebSocket close codes of the contract. */
export const CLOSE = {
  abuse: 4400,
  sessionEnded: 4401,
  notMember: 4403,
  roomGone: 4404,
  tooSlow: 4408,
  tooMany: 4429,
} as const

const Environment = z.object({
  AUTH_SECRET: z.string().min(32, 'AUTH_SECRET must have at least 32 characters; `npm start` makes one.'),
  EMAIL_VERIFICATION: z.enum(['required', 'optional']).default('optional'),
  /** Comma-separated origins of pages that may call from a browser; `*` in development only. */
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  /** `development` serves `/dev/mail/` and honours RATE_LIMITS=off. A deployed build is never in development. */
  ENVIRONMENT: z.enum(['development', 'production']).default('production'),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
})

/** What the operator can set, validated. */
export type Settings = z.output<typeof Environment>

/** Whether `RATES` hold: always, but in development, where they can be switched off. */
export const areRatesOn = ({ ENVIRONMENT, RATE_LIMITS }: Settings): boolean =>
  ENVIRONMENT === 'production' || RATE_LIMITS === 'on'

let parsed: { from: object; settings: Settings } | undefined

/**
 * The settings of this deployment, parsed once per isolate.
 * @throws {Error} naming every variable that is missing or wrong.
 */
export function settings(env: object): Settings {
  if (parsed?.from === env) return parsed.settings
  const result = Environment.safeParse(env)
  if (!result.success) throw new Error(`Configuration: ${z.prettifyError(result.error)}`)
  parsed = { from: env, settings: result.data }
  return result.data
}
