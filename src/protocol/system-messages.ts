/** System messages: changes of a group as a kind of message without a sender. */
import * as z from 'zod'
import { Message } from './messages'
import { Role } from './rooms'
import { Sender } from './users'

/** `created`: the group, by somebody; with whom, the members say. `joined`: by themselves, by a link or an invitation. `added`, `removed`: by somebody else. */
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

/** Whom it happened to and who did it, as the viewer sees them now; null where that is nobody, or was the server. */
export const SystemData = z
  .object({
    kind: SystemKind,
    user: Sender.nullable(),
    by: Sender.nullable(),
    /** The new name of a room that was `renamed`. */
    room_name: z.string().nullable(),
    /** The new role of somebody whose `role_changed`. */
    role: Role.nullable(),
  })
  .meta({ id: 'SystemData' })
export type SystemData = z.infer<typeof SystemData>

/** It has every field of a message, so that lists need not tell them apart; `type` and `data` are its own. */
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
