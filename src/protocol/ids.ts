/** Ids and link codes: their public form, and new random ones. */
import * as z from 'zod'

/**
 * An id as it arrives. Forms and paths carry text, JSON carries a number. Both become a number here, so that no later
 * comparison meets `"7" !== 7`.
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
 * `client_id`: the sender's own id of a message, which makes sending idempotent. U+FFFD is refused: it replaces characters
 * that were lost, so two messages could have the same id and one of them would be lost.
 */
export const ClientId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\ufffd]*$/, 'This holds a character that does not exist.')

/** The code of a link: the id of its room in base 36, and a secret that the room made. */
export const LinkCode = z.string().regex(/^[0-9a-z]{1,11}-[0-9a-z]{20}$/)

/** Makes a code with 100 random bits. */
export function newLinkCode(room: RoomId): string {
  const secret = crypto.getRandomValues(new Uint8Array(20))
  return `${room.toString(36)}-${Array.from(secret, (byte) => (byte % 32).toString(32)).join('')}`
}

/** The id of the room that a code names. Null when no room can have that id. */
export function roomIdOfCode(code: string): RoomId | null {
  const id = Number.parseInt(code.slice(0, code.indexOf('-')), 36)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}

/** Makes a random id of 52 bits: it reveals no count, cannot be guessed, and needs no central counter. */
export function newId(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number]
  // 2^51 is added so that all ids have the same length and none looks like a small counter.
  return (high & 0x7ffff) * 2 ** 32 + low + 2 ** 51
}
