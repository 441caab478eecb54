/** What staff see and do. */
import * as z from 'zod'
import {
  AdminRoom,
  AdminRoomDetail,
  AdminRoomsQuery,
  AdminStats,
  AdminStorage,
  AdminUser,
  AdminUsersQuery,
  AuditEntry,
  AuditQuery,
  BACKUP_TYPE,
  Health,
  InviteBody,
  Limits,
  NewRegistrationInvite,
  RegistrationInvite,
  RestoredRoom,
  RestoreQuery,
  Unhealthy,
} from '../../protocol'
import { area, type Operation } from './operation'

const { get, post, delete: remove } = area('Administration')
const access = 'staff'

/** Asked by anybody, of the service itself. */
const service = area('Service')

export const administration: Operation[] = [
  service.get('/health', 'Whether the parts answer', { 200: Health, 503: Unhealthy }, { access: 'anybody' }),
  service.get('/api/schema/', 'This document', { 200: z.record(z.string(), z.unknown()) }, { access: 'anybody' }),
  service.get('/api/limits/', 'Every limit by name', { 200: Limits }, { access: 'anybody' }),
  get('/api/admin/stats/', 'Figures of the whole deployment', { 200: AdminStats }, { access }),
  get('/api/admin/storage/', 'Who has stored most', { 200: AdminStorage }, { access }),
  get('/api/admin/users/', 'Accounts', { 200: z.array(AdminUser) }, { access, query: AdminUsersQuery }),
  get('/api/admin/users/{id}/', 'One account', { 200: AdminUser }, { access }),
  post(
    '/api/admin/users/{id}/disable/',
    'Disable an account: its sessions end and its sockets close',
    { 200: AdminUser },
    { access, refusals: ['yourself', 'last_staff'] },
  ),
  post('/api/admin/users/{id}/enable/', 'Let an account sign in again', { 200: AdminUser }, { access }),
  get('/api/admin/rooms/', 'Rooms', { 200: z.array(AdminRoom) }, { access, query: AdminRoomsQuery }),
  get('/api/admin/rooms/{id}/', 'One room, asked itself', { 200: AdminRoomDetail }, { access }),
  remove('/api/admin/rooms/{id}/', 'Delete a room for everybody', { 204: null }, { access }),
  get(
    '/api/admin/rooms/{id}/export/',
    'A room as a backup: one JSON object per line, with its images and files',
    { 200: { bytes: BACKUP_TYPE } },
    { access, refusals: ['operator_only'] },
  ),
  post(
    '/api/admin/rooms/import/',
    `Restore a room from a backup, sent as ${BACKUP_TYPE}: under its id if that is free, else under a new one`,
    { 201: RestoredRoom },
    {
      access,
      query: RestoreQuery,
      refusals: ['operator_only', 'invalid', 'too_large', 'unsupported_type', 'room_exists', 'room_full'],
    },
  ),
  get('/api/admin/invites/', 'Invitations to register', { 200: z.array(RegistrationInvite) }, { access }),
  post(
    '/api/admin/invites/',
    'Invite somebody to register; the code is shown this once',
    { 201: NewRegistrationInvite },
    { access, body: InviteBody },
  ),
  remove('/api/admin/invites/{id}/', 'Revoke an invitation to register', { 204: null }, { access }),
  get('/api/admin/audit/', 'Who did what, newest first', { 200: z.array(AuditEntry) }, { access, query: AuditQuery }),
]
