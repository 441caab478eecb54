/** Rate limits, and the close codes of sockets. */
import { LIMITS } from '../protocol/limits'
import type { AttemptRate, Rate } from '../protocol/rate'
import { ADDRESS_CLASSES, RATE_CLASSES, WORK } from '../protocol/rate-classes'
import { HOUR, MINUTE, SECOND } from './times'

/**
 * Rate limits stop guessing and floods. They are generous to people, to classes behind one address and to programs that
 * fill a room. `RATE_LIMITS=off` switches them off for load tests.
 */
export const RATES = {
  /**
   * Wrong passwords for one name from one network. A device that has signed in to the account before has a count of its
   * own. Delays grow to an hour.
   */
  login: { limit: 10, per: 10 * HOUR, first: 1 * MINUTE, most: 1 * HOUR },
  /** Wrong passwords for one name from all networks, without known devices. */
  loginName: { limit: 100, per: 25 * HOUR, first: 1 * MINUTE, most: 15 * MINUTE },
  /** Wrong passwords for all names from one network, without known devices. */
  loginAddress: { limit: 100, per: 2_000 * SECOND, first: 5 * SECOND, most: 5 * MINUTE },
  /** Wrong passwords of one session, on routes that ask for the password again. */
  password: { limit: 10, per: 10 * HOUR, first: 1 * MINUTE, most: 1 * HOUR },
  /** Wrong codes from one network. */
  wrongCode: { limit: 100, per: 2_000 * SECOND, first: 5 * SECOND, most: 5 * MINUTE },
  /** Changes of address by one account: each sends two mails. */
  addressChange: { limit: 5, per: 1 * HOUR },
  /** Accounts made from one network. */
  register: { limit: 300, per: 1 * HOUR },
  /** Codes for one mailbox, by one network or one known device. */
  codesTo: { limit: LIMITS.codesPerHour, per: 1 * HOUR },
  /** Codes for all mailboxes, by one network. */
  codes: { limit: 100, per: 1 * HOUR },
  // The rates of a person are part of the contract: `src/protocol/rate-classes.ts`.
  ...RATE_CLASSES,
  ...ADDRESS_CLASSES,
  work: WORK,
} as const satisfies Record<string, Rate | AttemptRate>

/** WebSocket close codes of the contract. */
export const CLOSE = {
  /** Of the WebSocket registry: the reason says when. */
  tryAgain: 1013,
  abuse: 4400,
  sessionEnded: 4401,
  notMember: 4403,
  roomGone: 4404,
  tooSlow: 4408,
  tooMany: 4429,
} as const
