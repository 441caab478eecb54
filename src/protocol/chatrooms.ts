/** Making, finding and running rooms. */
import * as z from 'zod'
import { Flag, oneOrMany, PictureField } from './forms'
import { Id } from './ids'
import { LIMITS } from './limits'
import { nameOf, textOf } from './names'
import { PageQuery } from './pages'
import { NotifyLevel } from './room'

const RoomName = nameOf(LIMITS.roomNameLength)
const Description = textOf(LIMITS.descriptionLength)

export const CreateRoomBody = z.object({
  room_name: RoomName.optional(),
  description: Description.optional(),
  participant_ids: oneOrMany(z.array(Id).max(LIMITS.membersPerRequest).default([])),
})

export const DirectRoomBody = z.object({ user_id: Id })

export const UpdateRoomBody = z.object({
  room_name: RoomName.min(1).optional(),
  description: Description.optional(),
  group_image: PictureField,
})

/** `muted` is the short form of `notify`, which counts where both are given: false is `all`, true at least `mentions`. */
export const MyRoomBody = z.object({
  muted: Flag.optional(),
  notify: NotifyLevel.optional(),
  pinned: Flag.optional(),
  nickname: nameOf(LIMITS.roomNameLength).nullable().optional(),
})
export type MyRoomBody = z.infer<typeof MyRoomBody>

export const AddMembersBody = z.object({ users: oneOrMany(z.array(Id).min(1).max(LIMITS.membersPerRequest)) })
export const MemberBody = z.object({ user_id: Id })

/** Limits of an invitation link: when it ends (a time, or seconds from now) and for how many. */
export const LinkBody = z.object({
  expires_at: z.iso
    .datetime({ offset: true })
    .transform((time) => Date.parse(time))
    .nullable()
    .optional(),
  expires_in: z.coerce
    .number()
    .int()
    .min(60)
    .max(365 * 24 * 3_600)
    .optional(),
  max_uses: z.coerce.number().int().min(1).max(LIMITS.members).nullable().optional(),
})

export const RoomsQuery = PageQuery.extend({ search: z.string().trim().max(LIMITS.roomNameLength).optional() })
