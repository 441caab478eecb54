/**
 * What staff see: accounts, rooms, figures, and who among them did what. Never what anybody wrote, except in a room's
 * backup, which is recorded.
 */
import * as z from 'zod'
import { Id } from './ids'
import { LIMITS } from './limits'
import { ListQuery } from './pages'
import { StorageUse } from './storage'
import { Profile, Timestamp } from './users'

/** An account as staff see it. */
export const AdminUser = Profile.omit({
  friends: true,
  pending_email: true,
  who_may_add_me: true,
  who_sees_me_online: true,
})
  .extend({
    disabled: z.boolean(),
    disabled_at: Timestamp.nullable(),
    created_at: Timestamp,
    /** Of their images and files, to a hundredth of the quota. */
    stored_bytes: z.int(),
  })
  .meta({ id: 'AdminUser' })
export type AdminUser = z.infer<typeof AdminUser>

/** A room as staff see it. A direct room has no name of its own. */
export const AdminRoom = z
  .object({
    id: z.int(),
    room_name: z.string(),
    is_group: z.boolean(),
    member_count: z.int(),
    created_at: Timestamp,
    /** Of its database and of what hangs on its messages, to a hundredth of the quota. */
    stored_bytes: z.int(),
  })
  .meta({ id: 'AdminRoom' })
export type AdminRoom = z.infer<typeof AdminRoom>

/** One room with what only the room itself knows; its `stored_bytes` are exact. */
export const AdminRoomDetail = AdminRoom.extend({ last_activity: Timestamp, storage: StorageUse }).meta({
  id: 'AdminRoomDetail',
})
export type AdminRoomDetail = z.infer<typeof AdminRoomDetail>

/** Figures of the whole deployment, counted when asked. Erased accounts and deleted rooms count where they are named. */
export const AdminStats = z
  .object({
    users: z.object({
      total: z.int(),
      verified: z.int(),
      disabled: z.int(),
      staff: z.int(),
      erased: z.int(),
      online: z.int(),
      new_this_week: z.int(),
    }),
    sessions: z.object({ live: z.int() }),
    rooms: z.object({ total: z.int(), groups: z.int(), direct: z.int(), deleted: z.int(), new_this_week: z.int() }),
    friendships: z.int(),
    blocks: z.int(),
    /** What is stored, and how many people and rooms have nearly used up what they may. */
    storage: z.object({
      people_bytes: z.int(),
      people_near: z.int(),
      rooms_bytes: z.int(),
      rooms_near: z.int(),
    }),
  })
  .meta({ id: 'AdminStats' })
export type AdminStats = z.infer<typeof AdminStats>

/** Who has stored most, most first. */
export const AdminStorage = z
  .object({ people: z.array(AdminUser), rooms: z.array(AdminRoom) })
  .meta({ id: 'AdminStorage' })
export type AdminStorage = z.infer<typeof AdminStorage>

/** What staff, and the operator's commands, can do that is recorded. */
export const AuditAction = z.enum([
  'user.created',
  'user.disabled',
  'user.enabled',
  'staff.granted',
  'staff.revoked',
  'token.issued',
  'room.deleted',
  'room.exported',
  'room.restoring',
  'room.restored',
  'user.notified',
  'invite.created',
  'invite.revoked',
  'secret.rotated',
])
export type AuditAction = z.infer<typeof AuditAction>

/** One deed. `actor` is null for a command of the operator; people are named as they are called now. */
export const AuditEntry = z
  .object({
    id: z.int(),
    timestamp: Timestamp,
    action: AuditAction,
    actor: z.object({ id: z.int(), username: z.string() }).nullable(),
    user: z.object({ id: z.int(), username: z.string() }).nullable(),
    room_id: z.int().nullable(),
    detail: z.string(),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AdminUsersQuery = ListQuery.extend({
  search: z.string().trim().max(LIMITS.emailLength).optional(),
  only: z.enum(['staff', 'disabled']).optional(),
})

export const AdminRoomsQuery = ListQuery.extend({ search: z.string().trim().max(LIMITS.roomNameLength).optional() })

/** `user`: deeds done by them or to them. */
export const AuditQuery = ListQuery.extend({ user: Id.optional() })
