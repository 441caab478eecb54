/** Ids: what they look like outside, and how new ones are made. */
import * as z from 'zod'

/**
 * An id as it arrives. Forms and paths carry text, JSON carries a number; both become the number here, once, so that
 * no comparison further in ever meets `"7" !== 7`.
 */
export const Id = z
  .union([
    z.int().positive(),
    z
      .string()
      .regex(/^[1-9]\d{0,15}$/, 'Must be a positive whole number.')
      .transform(Number)
      .refine(Number.isSafeInteger, 'Must be a positive whole number.'),
  ])
  .meta({ id: 'Id', description: 'A positive whole number below 2^53, opaque to clients.' })

export type UserId = number
export type RoomId = number
/** A message's id is the room's `seq` when it was created. */
export type MessageId = number
export type SessionId = number

/**
 * `client_id`: made by the sender, makes sending idempotent. What stands for characters that do not exist could be the
 * same for two messages, of which one would be lost.
 */
export const ClientId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\ufffd]*$/, 'This holds a character that does not exist.')

/** The code of an invitation link: names its room, so that it can be found, and proves that it was made there. */
export const LinkCode = z.string().regex(/^[0-9a-z]{1,11}-[0-9a-z]{20}$/)

/** A new code: 100 random bits that nobody guesses. */
export function newLinkCode(room: RoomId): string {
  const secret = crypto.getRandomValues(new Uint8Array(20))
  return `${room.toString(36)}-${Array.from(secret, (byte) => (byte % 32).toString(32)).join('')}`
}

/** The room that a code names; null when no room can have that id. */
export function roomIdOfCode(code: string): RoomId | null {
  const id = Number.parseInt(code.slice(0, code.indexOf('-')), 36)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

/** A new random id: 52 bits, so ids cannot be counted or guessed in sequence and need nobody to hand them out. */
export function newId(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
  // 2^51 is added so that every id has the same length and none can be mistaken for a small counter.
  return (high & 0x7ffff) * 2 ** 32 + low + 2 ** 51
}
