/** Rooms: in a list, in detail, and the bodies that make and change them. */
import * as z from 'zod'
import { Flag, oneOrMany, PictureField } from './forms'
import { Id } from './ids'
import { LIMITS } from './limits'
import { LastMessage } from './messages'
import { nameSchema, textSchema } from './names'
import { PageQuery } from './pages'
import { ImageUrl, Sender, Timestamp } from './users'

export const Role = z.enum(['owner', 'admin', 'member'])
export type Role = z.infer<typeof Role>

/** The messages of a room that notify a member: all of them, only those that mention the member, or none. */
export const NotifyLevel = z.enum(['all', 'mentions', 'nothing'])
export type NotifyLevel = z.infer<typeof NotifyLevel>

export const RoomInList = z
  .object({
    id: z.int(),
    chat_name: z.string(),
    room_name: z.string(),
    description: z.string(),
    group_image: ImageUrl,
    is_group: z.boolean(),
    last_message: LastMessage.nullable(),
    unread_count: z.int(),
    /** True unless `notify` is `all`. */
    muted: z.boolean(),
    notify: NotifyLevel,
    pinned: z.boolean(),
    nickname: z.string().nullable(),
    /** The peer of a direct room, whose presence the sidebar sends. Null in a group, and when the peer's account was erased. */
    partner_id: z.int().nullable(),
    created_at: Timestamp,
    last_activity: Timestamp,
  })
  .meta({ id: 'RoomInList' })
export type RoomInList = z.infer<typeof RoomInList>

export const Participant = z
  .object({
    id: z.int(),
    username: z.string(),
    full_name: z.string(),
    profile_pic: ImageUrl,
    is_bot: z.boolean(),
    is_admin: z.boolean(),
    role: Role,
    online_status: z.boolean(),
    last_seen: Timestamp,
    joined_at: Timestamp,
  })
  .meta({ id: 'Participant' })
export type Participant = z.infer<typeof Participant>

export const RoomDetail = RoomInList.extend({
  participants: z.array(Participant),
  admins: z.array(z.object({ id: z.int() })),
  my_role: Role,
  last_id: z.int(),
}).meta({ id: 'RoomDetail' })
export type RoomDetail = z.infer<typeof RoomDetail>

/** Tells whether a role may rename the room and add and remove members. */
export const isAdmin = (role: Role): boolean => role !== 'member'

/** The shareable link of a room. */
export const Invitation = z
  .object({
    room_id: z.int(),
    code: z.string(),
    link: z.string(),
    expires_at: Timestamp.nullable(),
    uses: z.int(),
    max_uses: z.int().nullable(),
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof Invitation>

/** An invite to a former member to come back to a room. */
export const RoomInvite = z
  .object({
    user: Sender,
    invited_by: z.int(),
    invited_at: Timestamp,
  })
  .meta({ id: 'RoomInvite' })
export type RoomInvite = z.infer<typeof RoomInvite>

/** A room after members were added. `invited` lists people who had left it: they join by accepting the invite. */
export const MembersAdded = RoomDetail.extend({ invited: z.array(z.int()) }).meta({ id: 'MembersAdded' })
export type MembersAdded = z.infer<typeof MembersAdded>

/** The part of a room that its link shows before joining. */
export const JoinPreview = z
  .object({
    room_id: z.int(),
    chat_name: z.string(),
    description: z.string(),
    group_image: ImageUrl,
    member_count: z.int(),
    is_member: z.boolean(),
  })
  .meta({ id: 'JoinPreview' })
export type JoinPreview = z.infer<typeof JoinPreview>

/** A person who may not join the room. */
export const Ban = z
  .object({
    user: Sender,
    banned_by: z.int(),
    banned_at: Timestamp,
  })
  .meta({ id: 'Ban' })
export type Ban = z.infer<typeof Ban>

const RoomName = nameSchema(LIMITS.roomNameLength)
const Description = textSchema(LIMITS.descriptionLength)

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

/** `muted` is a short form of `notify`: false means `all`, true at least `mentions`. If both are given, `notify` wins. */
export const MyRoomBody = z.object({
  muted: Flag.optional(),
  notify: NotifyLevel.optional(),
  pinned: Flag.optional(),
  nickname: nameSchema(LIMITS.roomNameLength).nullable().optional(),
})
export type MyRoomBody = z.infer<typeof MyRoomBody>

export const AddMembersBody = z.object({ users: oneOrMany(z.array(Id).min(1).max(LIMITS.membersPerRequest)) })
export const MemberBody = z.object({ user_id: Id })

/** The end of a link (a time, or seconds from now), and the number of its uses. */
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
