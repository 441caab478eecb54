/** System messages: changes of a group as a kind of message without a sender. */
import * as z from 'zod'
import { Message } from './messages'
import { Role } from './rooms'
import { Sender } from './users'

/** `created`: a person created the group. `joined`: by a link or an invite. `added`, `removed`: by an admin. `left`: by themselves. */
export const SystemKind = z.enum([
  'created',
  'joined',
  'added',
  'left',
  'removed',
  'renamed',
  'described',
  'pictured',
  'role_changed',
])
export type SystemKind = z.infer<typeof SystemKind>

/** The user that the change is about and the user who made it (`by`), as the viewer sees them now. Null if there is none. */
export const SystemData = z
  .object({
    kind: SystemKind,
    user: Sender.nullable(),
    by: Sender.nullable(),
    /** The new name of a room that was `renamed`. */
    room_name: z.string().nullable(),
    /** The new role of the user of a `role_changed`. */
    role: Role.nullable(),
  })
  .meta({ id: 'SystemData' })
export type SystemData = z.infer<typeof SystemData>

/** A system message has every field of a message, so that lists can treat both alike, and `type` and `data` besides. */
export const SystemMessage = Message.extend({
  type: z.literal('system'),
  sender: z.null(),
  content: z.null(),
  data: SystemData,
}).meta({ id: 'SystemMessage' })
export type SystemMessage = z.infer<typeof SystemMessage>

/** The event of a system message, for connections with `?system=1`. */
export const SystemMessageEvent = z.object({ type: z.literal('new_message'), seq: z.int(), message: SystemMessage })
export type SystemMessageEvent = z.infer<typeof SystemMessageEvent>
