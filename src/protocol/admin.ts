/**
 * The answers of `/api/admin/`: accounts, rooms, figures and the audit log. They hold no message; only a room's backup
 * does, and the audit log records each backup.
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
    /** Bytes of the user's images and files, rounded to a hundredth of the quota. */
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
    /** Bytes of the room's database and attachments, rounded to a hundredth of the quota. */
    stored_bytes: z.int(),
  })
  .meta({ id: 'AdminRoom' })
export type AdminRoom = z.infer<typeof AdminRoom>

/** One room with figures that only its actor has. `stored_bytes` is exact here. */
export const AdminRoomDetail = AdminRoom.extend({ last_activity: Timestamp, storage: StorageUse }).meta({
  id: 'AdminRoomDetail',
})
export type AdminRoomDetail = z.infer<typeof AdminRoomDetail>

/** Figures of the whole deployment, counted for each request. Erased accounts and deleted rooms count only under these names. */
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
    /** Stored bytes, and the numbers of people and rooms near their quota. */
    storage: z.object({
      people_bytes: z.int(),
      people_near: z.int(),
      rooms_bytes: z.int(),
      rooms_near: z.int(),
    }),
    /** The last sweep through rooms and people, and since when the oldest work that it found pending is overdue. */
    pending: z.object({ swept_at: Timestamp.nullable(), overdue_since: Timestamp.nullable() }),
  })
  .meta({ id: 'AdminStats' })
export type AdminStats = z.infer<typeof AdminStats>

/** The people and rooms that store most, largest first. */
export const AdminStorage = z
  .object({ people: z.array(AdminUser), rooms: z.array(AdminRoom) })
  .meta({ id: 'AdminStorage' })
export type AdminStorage = z.infer<typeof AdminStorage>

/** The acts of staff and of the operator's commands that the audit log records. */
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
  'key.created',
  'key.rotated',
  'key.revoked',
  'user.updated',
  'user.erased',
  'user.revoked',
])
export type AuditAction = z.infer<typeof AuditAction>

/** One recorded act. `actor` is null for a command of the operator. Usernames are the present ones. */
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

/** `user`: acts by this user or about this user. */
export const AuditQuery = ListQuery.extend({ user: Id.optional() })
