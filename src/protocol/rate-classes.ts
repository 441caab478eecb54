/**
 * Rate classes: how often one person may do each kind of act, over all rooms and devices. Every route and every command
 * names one of these classes, and `GET /api/limits/` lists them.
 */
import type { Rate } from './rate'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** A rate with its cost and reason. */
export interface RateClass extends Rate {
  /** Units of the person's `work` that one act costs besides its count. A unit is a millionth of a dollar. */
  cost: number
  /** The acts of this class, in a sentence for people. */
  reason: string
}

/**
 * `limit` acts at once, restored evenly over `per` milliseconds. The figures are far above the needs of people, of a school
 * class behind one address, and of a bot with 5,000 messages an hour. docs/cost.md says what each class can cost.
 */
export const RATE_CLASSES = {
  read: {
    limit: 1_200,
    per: 12 * MINUTE,
    cost: 1.6,
    reason: 'One object: a room, a message, a person, a profile.',
  },
  list: {
    limit: 300,
    per: 5 * MINUTE,
    cost: 2.5,
    reason: 'A page of a listing.',
  },
  search: {
    limit: 120,
    per: 2 * MINUTE,
    cost: 3,
    reason: 'A search reads more than a page does.',
  },
  send: {
    limit: 1_000,
    per: 10 * MINUTE,
    cost: 4.4,
    reason: 'Messages sent and edited: a bot with 5,000 an hour stays below it.',
  },
  react: {
    limit: 120,
    per: 1 * MINUTE,
    cost: 3.5,
    reason: 'Reactions given and taken back.',
  },
  receipt: {
    limit: 1_200,
    per: 10 * MINUTE,
    cost: 0.1,
    reason: 'Receipts: every message of two busy rooms may be answered by one.',
  },
  typing: {
    limit: 300,
    per: 5 * MINUTE,
    cost: 0.1,
    reason: 'Typing, begun and ended.',
  },
  signal: {
    limit: 10,
    per: 1 * SECOND,
    cost: 0.05,
    reason: 'Signals of applications to the others in a room: a moving pointer, ten times a second.',
  },
  hook: {
    limit: 60,
    per: 1 * MINUTE,
    cost: 4.4,
    reason: 'Messages of one incoming hook. Their work counts for the admin who made the hook.',
  },
  frames: {
    limit: 3_000,
    per: 30 * SECOND,
    cost: 0.05,
    reason: 'Everything that comes over sockets, whatever it is.',
  },
  presence: {
    limit: 60,
    per: 30 * MINUTE,
    cost: 0,
    reason: 'Coming online and going, as others are told of it at once. Beyond that they see it when they look.',
  },
  room: {
    limit: 200,
    per: 60 * MINUTE,
    cost: 8,
    reason: 'Rooms made: each is an actor with tables of its own.',
  },
  members: {
    limit: 300,
    per: 30 * MINUTE,
    cost: 20.5,
    reason: 'People added and removed, roles, bans, a room renamed or deleted: everybody in it is told.',
  },
  join: {
    limit: 60,
    per: 5 * MINUTE,
    cost: 15,
    reason: 'Invitation links looked at and used: guessing one must be hopeless.',
  },
  friendRequest: {
    limit: 100,
    per: 10 * MINUTE,
    cost: 15.5,
    reason: 'Each may notify somebody who does not know the sender.',
  },
  notice: {
    limit: 1_200,
    per: 30 * MINUTE,
    cost: 7,
    reason: 'Notifications and messages marked as read, one by one.',
  },
  write: {
    limit: 300,
    per: 30 * MINUTE,
    cost: 9.5,
    reason: 'Small changes: blocks, links, settings of a room, requests answered, messages deleted.',
  },
  profile: {
    limit: 30,
    per: 30 * MINUTE,
    cost: 6,
    reason: 'A new name or picture is brought to every room that shows it.',
  },
  upload: {
    limit: 100,
    per: 10 * MINUTE,
    cost: 25,
    reason: 'Images and files stored.',
  },
  ticket: {
    limit: 300,
    per: 10 * MINUTE,
    cost: 5,
    reason: 'Tickets that open a socket.',
  },
  socket: {
    limit: 400,
    per: 180 * SECOND,
    cost: 2.5,
    reason: 'Sockets opened. Those that come a little too soon wait for their turn.',
  },
  session: {
    limit: 60,
    per: 30 * MINUTE,
    cost: 4,
    reason: 'Tokens refreshed, devices signed out.',
  },
  server: {
    limit: 3_000,
    per: 5 * MINUTE,
    cost: 0,
    reason: 'What a host does with its API key; it is trusted with the bill.',
  },
  staff: {
    limit: 600,
    per: 5 * MINUTE,
    cost: 0,
    reason: 'What staff ask and do; they are trusted with the bill.',
  },
} as const satisfies Record<string, RateClass>

/** The name of a class. */
export type RateName = keyof typeof RATE_CLASSES

/**
 * The budget for all work of one person, in units of a millionth of a dollar at the platform's list prices. `limit` at once
 * and the restored part together bound the cost of an hour (`npm run cost -- attack`).
 */
export const WORK = {
  limit: 21_000,
  per: 2_940 * SECOND,
  reason: 'The work that everything above causes: rows written and calls made, whoever is told.',
} as const satisfies Rate & { reason: string }

/** A class that is counted for each address, not for each person, because its requests carry no credentials. */
export const ADDRESS_CLASSES = {
  media: {
    limit: 3_000,
    per: 30 * MINUTE,
    cost: 1.1,
    reason: 'Images and files fetched from one address; browsers keep what they have fetched.',
  },
} as const satisfies Record<string, RateClass>
