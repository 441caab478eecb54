/** The matrix of routes and roles. A row decides every cell by its class of access. */
import { jpeg } from '../media/fixtures'
import type { Cells } from './access'
import * as access from './access'
import type { Kind, Named } from './objects'
import * as objects from './objects'
import type { Company } from './roles'

export interface Row {
  /** As the route table spells it. */
  route: string
  cells: Cells
  kind: Kind | null
  query?: string
  body?: (company: Company, named: Named) => unknown
  /** Asked with a proof of the operator's own key. */
  proven?: true
  /** Success changes the object for whoever asks after: each who succeeds gets a new one. */
  spends?: true
}

type More = Pick<Row, 'query' | 'body' | 'proven' | 'spends'>

const row = (route: string, cells: Cells, kind: Kind | null = null, more: More = {}): Row => ({
  route,
  cells,
  kind,
  ...more,
})

const spends = { spends: true } as const
const says = (body: unknown) => ({ body: () => body })
const names = (field: string) => ({ body: (_: Company, { params }: Named) => ({ [field]: params.id }) })
const namesMember = { body: ({ member }: Company) => ({ user_id: member.id }) }
const namesPasser = { body: ({ passer }: Company) => ({ user_id: passer.id }) }
const addsPasser = { body: ({ passer }: Company) => ({ users: [passer.id] }) }

function imageForm(): FormData {
  const form = new FormData()
  form.append('image', new Blob([jpeg()]), 'tower.jpg')
  return form
}

/** Names an account by its address, beside what is wrong about the attempt. */
const wrongly = (more: object) => ({ body: (_: Company, { params }: Named) => ({ email: params.email, ...more }) })
const otp = '123456'
const new_password = 'a passphrase that nobody guesses'

/** Where one signs in: no token counts, and what comes with one is answered as without; no answer tells who has an account. */
const entrances: Row[] = [
  ...[
    'register',
    'login',
    'logout',
    'verify-email',
    'verify-otp',
    'resend-otp',
    'forgot-password',
    'reset-password',
    'token/refresh',
    'users/token/refresh',
  ].map((path) => row(`POST /api/${path}`, access.anybody(400))),
  row('POST /api/login', access.entrance(400), objects.address, wrongly({ password: 'not the password' })),
  row('POST /api/verify-email', access.entrance(400), objects.address, wrongly({ otp })),
  row('POST /api/resend-otp', access.entrance(202), objects.address, wrongly({ purpose: 'reset_password' })),
  row('POST /api/forgot-password', access.entrance(202), objects.address, wrongly({})),
  row('POST /api/reset-password', access.entrance(400), objects.address, wrongly({ otp, new_password })),
  row('POST /api/verify-otp', access.anybody(400), null, says({ challenge: 'made-up-challenge', otp })),
  row('POST /api/register', access.anybody(400), null, says({ email: 'a@parlour.test', password: 'password' })),
  ...['logout', 'token/refresh', 'users/token/refresh'].map((path) =>
    row(`POST /api/${path}`, access.anybody(401), null, says({ refresh: 'made.up.token' })),
  ),
]

const { anybody, everyone, itsOwner, members, admins, owners, sender, people, staff } = access
const { room, person, account, friend, notification, transfer } = objects

const GROUPS_AND_OTHERS: Row[] = [
  ...entrances,
  row('GET /health', anybody(200)),
  row('GET /api/schema', anybody(200)),
  row('GET /api/limits', anybody(200)),
  row('GET /dev/demo', anybody(200)),
  row('GET /dev/mail', anybody(200)),
  row('GET /media/:owner/:name', access.bearer(200), objects.storedFile),

  row('GET /ws/chat/:roomId', members(101), room),
  row('GET /ws/sidebar', everyone(101)),
  row('GET /ws/notifications', everyone(101)),

  row('GET /api/notifications', everyone(200)),
  row('GET /api/notifications/unread', everyone(200)),
  row('POST /api/notifications', access.selfOrStaff(201), person, {
    body: (_, { params }) => ({ message: 'Look.', user_id: params.id }),
  }),
  row('POST /api/notifications/mark_all_read', everyone(204)),
  row('GET /api/notifications/:id', itsOwner(200), notification),
  row('PUT /api/notifications/:id', itsOwner(200), notification, says({ is_read: true })),
  row('PATCH /api/notifications/:id', itsOwner(200), notification, says({ is_read: true })),
  row('DELETE /api/notifications/:id', itsOwner(204), notification, spends),
  row('POST /api/notifications/:id/mark_read', itsOwner(204), notification),

  row('POST /api/socket-ticket', everyone(201)),
  row('GET /api/sessions', everyone(200)),
  row('DELETE /api/sessions', everyone(204)),
  row('GET /api/storage', everyone(200)),
  row('DELETE /api/sessions/:id', itsOwner(204), objects.session, spends),
  row('GET /api/profile', everyone(200)),
  row('PUT /api/profile', everyone(200), null, says({ bio: 'Here.' })),
  row('PATCH /api/profile', everyone(200), null, says({ bio: 'There.' })),
  // Being signed in is not enough: it takes the password.
  row('DELETE /api/profile', everyone(400), null, says({ password: 'not mine' })),

  row('GET /api/users', everyone(200)),
  row('GET /api/users/:id', people(200, 200, 404), person),
  row('POST /api/users/:id/block', people(400, 200, 404), account),
  row('DELETE /api/users/:id/block', people(204, 204, 404), account),
  row('GET /api/blocks', everyone(200)),
  row('GET /api/friends', everyone(200)),
  row('GET /api/friends/list_friends', everyone(200)),
  row('GET /api/friends/:id', itsOwner(200), friend),
  row('DELETE /api/friends/:id', itsOwner(204), friend, spends),
  row('POST /api/friends/:id/remove_friend', itsOwner(200), friend, spends),
  row('GET /api/friend-requests', everyone(200)),
  row('POST /api/friend-requests', people(400, 201, 404), objects.unasked, names('to_user')),
  row('GET /api/friend-requests/:id', itsOwner(200), objects.incomingRequest),
  row('POST /api/friend-requests/:id/accept', itsOwner(200), objects.incomingRequest, spends),
  row('POST /api/friend-requests/:id/reject', itsOwner(200), objects.incomingRequest, spends),
  row('POST /api/friend-requests/:id/cancel', itsOwner(200), objects.outgoingRequest, spends),

  row('GET /api/chatrooms', everyone(200)),
  row('POST /api/chatrooms', everyone(201), null, says({ room_name: 'New' })),
  row('POST /api/chatrooms/direct', people(400, 201, 400), person, names('user_id')),
  row('GET /api/chatrooms/join/:code', access.withLink(200), room),
  row('POST /api/chatrooms/join/:code', access.withLink(200), room, spends),
  row('GET /api/chatrooms/:roomId', members(200), room),
  row('PUT /api/chatrooms/:roomId', admins(200), room, says({ description: 'Put.' })),
  row('PATCH /api/chatrooms/:roomId', admins(200), room, says({ description: 'Patched.' })),
  row('DELETE /api/chatrooms/:roomId', owners(204), room, spends),
  row('PATCH /api/chatrooms/:roomId/me', members(200), room, says({ muted: true })),
  row('GET /api/chatrooms/:roomId/participants', members(200), room),
  row('GET /api/chatrooms/:roomId/storage', members(200), room),
  row('POST /api/chatrooms/:roomId/add_members', admins(200), room, addsPasser),
  row('POST /api/chatrooms/:roomId/remove_member', admins(200), room, { ...namesMember, ...spends }),
  row('POST /api/chatrooms/:roomId/assign_admin', admins(200), room, { ...namesMember, ...spends }),
  row('POST /api/chatrooms/:roomId/revoke_admin', admins(200), room, { ...namesMember, ...spends }),
  row('POST /api/chatrooms/:roomId/leave_room', members(200), room, spends),
  row('GET /api/chatrooms/:roomId/shareable_link', members(200), room),
  row('POST /api/chatrooms/:roomId/shareable_link', admins(201), room),
  row('DELETE /api/chatrooms/:roomId/shareable_link', admins(204), room, spends),
  // Nobody here has been asked: their invitation, a room without one and no room at all are alike.
  row('GET /api/invites', everyone(200)),
  row('POST /api/invites/:roomId/accept', access.nobodyHere, room),
  row('POST /api/invites/:roomId/decline', access.nobodyHere, room),
  row('POST /api/invites/:roomId/accept', everyone(200), objects.leftRoom, spends),
  row('POST /api/invites/:roomId/decline', everyone(204), objects.leftRoom, spends),
  row('GET /api/chatrooms/:roomId/invites', admins(200), room),
  row('DELETE /api/chatrooms/:roomId/invites/:userId', admins(404), room),
  row('POST /api/chatrooms/:roomId/hooks', admins(201), room, says({ name: 'Build' })),
  row('GET /api/chatrooms/:roomId/hooks', admins(200), room),
  row('DELETE /api/chatrooms/:roomId/hooks/:hookId', admins(404), room),
  row('POST /api/hooks/:code', anybody(404), room, says({ text: 'By no hook.' })),
  row('GET /api/chatrooms/:roomId/bans', admins(200), room),
  row('POST /api/chatrooms/:roomId/bans', admins(201), room, namesPasser),
  row('DELETE /api/chatrooms/:roomId/bans/:userId', admins(204), room, spends),

  row('GET /api/chatrooms/:roomId/messages', members(200), room),
  row('POST /api/chatrooms/:roomId/messages', members(201), room, says({ content: 'Me too.' })),
  row('GET /api/chatrooms/:roomId/messages/:messageId', members(200), room),
  row('PUT /api/chatrooms/:roomId/messages/:messageId', sender(200), room, says({ content: 'Put.' })),
  row('PATCH /api/chatrooms/:roomId/messages/:messageId', sender(200), room, says({ content: 'Patched.' })),
  row('DELETE /api/chatrooms/:roomId/messages/:messageId', admins(204), objects.roomWithOwnersMessage, spends),
  row('DELETE /api/chatrooms/:roomId/messages/:messageId', members(204), room, spends),
  row('PUT /api/chatrooms/:roomId/messages/:messageId/reactions/:emoji', members(200), room),
  row('DELETE /api/chatrooms/:roomId/messages/:messageId/reactions/:emoji', members(200), room),
  row('GET /api/chatrooms/:roomId/messages/:messageId/history', members(200), room),
  row('POST /api/chatrooms/:roomId/messages/:messageId/mark_as_read', members(200), room),
  row('GET /api/chatrooms/:roomId/messages/:messageId/message_read_status', members(200), room),
  row('GET /api/search', everyone(200), null, { query: '?q=hello' }),
  row('POST /api/images', everyone(201), null, { body: imageForm }),
  row('POST /api/files', everyone(201), null, { body: objects.fileForm }),

  row('GET /api/admin/stats', access.staffFigures(200)),
  row('GET /api/admin/storage', access.staffFigures(200)),
  row('GET /api/admin/users', access.staffFigures(200)),
  row('GET /api/admin/users/:id', staff(200), account),
  row('POST /api/admin/users/:id/disable', staff(200, 400), account),
  row('POST /api/admin/users/:id/enable', staff(200), account),
  row('GET /api/admin/rooms', access.staffFigures(200)),
  row('GET /api/admin/rooms/:id', staff(200), room),
  row('DELETE /api/admin/rooms/:id', staff(204), room, spends),
  // Staff alone read nothing that was written: that takes the operator's own key as well.
  row('GET /api/admin/rooms/:id/export', access.nobody, room),
  row('GET /api/admin/rooms/:id/export', staff(200), room, { proven: true }),
  row('POST /api/admin/rooms/import', access.nobody),
  // Any body that is no backup: what a backup does has tests of its own.
  row('POST /api/admin/rooms/import', access.staffFigures(415), null, { proven: true }),
  row('GET /api/admin/rooms/import/:transfer', access.nobody, transfer),
  row('GET /api/admin/rooms/import/:transfer', access.staffFigures(200), transfer, { proven: true }),
  row('PUT /api/admin/rooms/import/:transfer/:part', access.nobody, transfer),
  // Without a body: what a part does has tests of its own.
  row('PUT /api/admin/rooms/import/:transfer/:part', access.staffFigures(400), transfer, { proven: true }),
  row('GET /api/admin/invites', access.staffFigures(200)),
  row('POST /api/admin/invites', access.staffFigures(201), null, says({ max_uses: 2 })),
  row('DELETE /api/admin/invites/:id', access.staff(404), account),
  row('GET /api/admin/audit', access.staffFigures(200)),
  row('GET /api/admin/api-keys', access.staffFigures(200)),
  // Without a body: keys of one name are refused, and each role would make the same.
  row('POST /api/admin/api-keys', access.staffFigures(400)),
  row('POST /api/admin/api-keys/:id/rotate', access.staff(404), account),
  row('DELETE /api/admin/api-keys/:id', access.staff(404), account),
  row('POST /api/token/exchange', access.anybody(401), null, says({ token: 'no token' })),
  row('POST /api/server/users', access.anybody(401)),
  row('PUT /api/server/users/:externalId', access.entrance(401), objects.externalId),
  row('GET /api/server/users/:externalId', access.entrance(401), objects.externalId),
  row('DELETE /api/server/users/:externalId', access.entrance(401), objects.externalId),
  row('POST /api/server/users/:externalId/token', access.entrance(401), objects.externalId),
  row('POST /api/server/users/:externalId/revoke', access.entrance(401), objects.externalId),
  row('POST /api/server/bots', access.anybody(401)),
  row('GET /api/server/bots', access.anybody(401)),
  row('POST /api/server/bots/:botId/rotate', access.entrance(401), objects.externalId),
  row('DELETE /api/server/bots/:botId', access.entrance(401), objects.externalId),
  row('POST /api/server/webhooks', access.anybody(401)),
  row('GET /api/server/webhooks', access.anybody(401)),
  ...['GET', 'PATCH', 'DELETE'].map((method) =>
    row(`${method} /api/server/webhooks/:webhookId`, access.entrance(401), objects.externalId),
  ),
  ...['POST :webhookId/rotate', 'POST :webhookId/test', 'POST :webhookId/replay', 'GET :webhookId/deliveries'].map(
    (path) => row(path.replace(' ', ' /api/server/webhooks/'), access.entrance(401), objects.externalId),
  ),
  row('POST /api/server/webhooks/:webhookId/deliveries/:deliveryId/resend', access.entrance(401), objects.externalId),
]

/** What a direct room answers otherwise than a group does to its members: it has no roles, no name, no links and no way out. */
const IN_DIRECT_ROOMS: Record<string, Cells> = {
  // A direct room has no owner.
  'DELETE /api/chatrooms/:roomId': access.pair(403),
  'PUT /api/chatrooms/:roomId/messages/:messageId': access.pair(200, 403),
  'PATCH /api/chatrooms/:roomId/messages/:messageId': access.pair(200, 403),
}
const REFUSED_IN_DIRECT_ROOMS =
  /^(PUT|PATCH|DELETE) \/api\/chatrooms\/:roomId$|(_member|_members|_admin|_room|shareable_link|invites|bans|hooks)(\/:(userId|hookId))?$/

/** Every route of a room, asked of a direct room too. */
const DIRECT: Row[] = GROUPS_AND_OTHERS.filter(
  ({ route, kind }) => kind !== null && route.includes('/:roomId'),
).flatMap((each) => {
  const { route, kind } = each
  if (kind === objects.roomWithOwnersMessage) {
    return [{ ...each, kind: objects.directRoomWithOwnersMessage, cells: access.pair(403, 204) }]
  }
  if (kind !== room || /admin|join/.test(route.split('/:')[0] ?? '')) return []
  if (each.cells === access.nobodyHere) return [{ ...each, kind: objects.directRoom }]
  const cells = REFUSED_IN_DIRECT_ROOMS.test(route) ? access.pair(400) : access.pair(each.cells.own.member)
  const isOwners = route.startsWith('DELETE') && /messages\/:messageId$/.test(route)
  return [
    { ...each, kind: objects.directRoom, cells: IN_DIRECT_ROOMS[route] ?? (isOwners ? access.pair(204, 403) : cells) },
  ]
})

export const ROWS: Row[] = [...GROUPS_AND_OTHERS, ...DIRECT]
