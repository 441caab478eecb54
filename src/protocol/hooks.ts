/** Incoming hooks: a URL by which a program posts into one room, without an account. */
import * as z from 'zod'
import type { RoomId } from './ids'
import { LIMITS } from './limits'
import { Content } from './messages'
import { nameSchema } from './names'
import { Timestamp } from './users'

export const Hook = z
  .object({ id: z.int(), name: z.string(), created_by: z.int(), created_at: Timestamp })
  .meta({ id: 'Hook' })
export type Hook = z.infer<typeof Hook>

/** A hook that was just made. `url` is told once. */
export const NewHook = Hook.extend({ url: z.string() }).meta({ id: 'NewHook' })
export type NewHook = z.infer<typeof NewHook>

export const HookBody = z.object({ name: nameSchema(LIMITS.nameLength).min(1) })

/** `text` is what most programs call the content. If both are sent, `content` counts. */
export const HookMessageBody = z.object({ text: Content.optional(), content: Content.optional() })

/** The room's id in base 36, and 256 random bits. */
const HookCode = /^([0-9a-z]{1,11})-[\w-]{43}$/

/** The path of a hook with this secret. */
export const hookCode = (room: RoomId, secret: string): string => `${room.toString(36)}-${secret}`

/** The id of the room that a hook's code names. Null when no room can have that id. */
export function roomIdOfHook(code: string): RoomId | null {
  const id = Number.parseInt(HookCode.exec(code)?.[1] ?? '', 36)
  return Number.isSafeInteger(id) && id > 0 ? id : null
}
