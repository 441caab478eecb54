/** A sidebar's answer about one session of its owner. */
import type { Person } from '../../protocol'

export type SessionCheck =
  | { hasEnded: true }
  | {
      hasEnded: false
      /** The owner's newest names and picture; null while they are those of the access token. */
      person: Person | null
      /** Whether the room that was asked about is in the owner's list, so that it exists. */
      isListed: boolean
    }
