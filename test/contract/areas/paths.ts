/** Every path of the contract answers, with a trailing slash and without. */
import { describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { upgradeStatus } from '../listener.ts'

/** What a stranger without credentials gets: 401 where one must be signed in, a refusal of the empty body elsewhere. */
const PATHS: Record<string, string[]> = {
  '400': [
    'POST /api/register/',
    'POST /api/verify-email/',
    'POST /api/resend-otp/',
    'POST /api/login/',
    'POST /api/verify-otp/',
    'POST /api/forgot-password/',
    'POST /api/reset-password/',
    'POST /api/token/refresh/',
    'POST /api/users/token/refresh/',
    'POST /api/logout/',
  ],
  '401': [
    'GET /api/sessions/',
    'DELETE /api/sessions/1/',
    'POST /api/socket-ticket/',
    'GET /api/profile/',
    'PUT /api/profile/',
    'PATCH /api/profile/',
    'DELETE /api/profile/',
    'GET /api/users/',
    'GET /api/users/1/',
    'POST /api/users/1/block/',
    'DELETE /api/users/1/block/',
    'GET /api/blocks/',
    'GET /api/friend-requests/',
    'POST /api/friend-requests/',
    'GET /api/friend-requests/1/',
    'POST /api/friend-requests/1/accept/',
    'POST /api/friend-requests/1/reject/',
    'POST /api/friend-requests/1/cancel/',
    'GET /api/friends/',
    'GET /api/friends/list_friends/',
    'GET /api/friends/1/',
    'POST /api/friends/1/remove_friend/',
    'DELETE /api/friends/1/',
    'GET /api/chatrooms/',
    'POST /api/chatrooms/',
    'POST /api/chatrooms/direct/',
    'GET /api/chatrooms/1/',
    'PUT /api/chatrooms/1/',
    'PATCH /api/chatrooms/1/',
    'PATCH /api/chatrooms/1/me/',
    'DELETE /api/chatrooms/1/',
    'POST /api/chatrooms/1/add_members/',
    'POST /api/chatrooms/1/remove_member/',
    'POST /api/chatrooms/1/assign_admin/',
    'POST /api/chatrooms/1/revoke_admin/',
    'POST /api/chatrooms/1/leave_room/',
    'GET /api/chatrooms/1/participants/',
    'GET /api/chatrooms/1/storage/',
    'GET /api/storage/',
    'GET /api/chatrooms/1/shareable_link/',
    'POST /api/chatrooms/1/shareable_link/',
    'DELETE /api/chatrooms/1/shareable_link/',
    'GET /api/chatrooms/join/code/',
    'POST /api/chatrooms/join/code/',
    'POST /api/chatrooms/1/bans/',
    'GET /api/chatrooms/1/bans/',
    'DELETE /api/chatrooms/1/bans/1/',
    'GET /api/chatrooms/1/messages/',
    'POST /api/chatrooms/1/messages/',
    'GET /api/chatrooms/1/messages/1/',
    'PUT /api/chatrooms/1/messages/1/',
    'PATCH /api/chatrooms/1/messages/1/',
    'DELETE /api/chatrooms/1/messages/1/',
    'GET /api/chatrooms/1/messages/1/history/',
    'POST /api/chatrooms/1/messages/1/mark_as_read/',
    'GET /api/chatrooms/1/messages/1/message_read_status/',
    'GET /api/search/',
    'POST /api/images/',
    'GET /api/notifications/',
    'POST /api/notifications/',
    'GET /api/notifications/unread/',
    'GET /api/notifications/1/',
    'PUT /api/notifications/1/',
    'PATCH /api/notifications/1/',
    'DELETE /api/notifications/1/',
    'POST /api/notifications/1/mark_read/',
    'POST /api/notifications/mark_all_read/',
    'GET /api/admin/stats/',
    'GET /api/admin/storage/',
    'GET /api/admin/users/',
    'POST /api/admin/users/1/disable/',
    'POST /api/admin/users/1/enable/',
    'GET /api/admin/rooms/',
    'DELETE /api/admin/rooms/1/',
    'GET /api/admin/audit/',
  ],
  '200': ['GET /api/schema/', 'GET /api/limits/', 'GET /docs/', 'GET /health', 'GET /admin/'],
}

describe('every path answers with a trailing slash and without:', () => {
  it.each(Object.entries(PATHS).flatMap(([status, lines]) => lines.map((line) => [line, Number(status)] as const)))(
    '%s (%i to a stranger)',
    async (line, status) => {
      const [method = '', path = ''] = line.split(' ')
      const bare = path.replace(/\/$/, '')
      expect((await ask(method, `${bare}/`)).status, 'with').toBe(status)
      expect((await ask(method, bare)).status, 'without').toBe(status)
    },
  )

  it.each(['/ws/chat/1/', '/ws/sidebar/', '/ws/notifications/'])('%s (401 to a stranger)', async (path) => {
    for (const each of [path, path.replace(/\/$/, '')]) {
      const { status, body } = await upgradeStatus(each)
      expect(status).toBe(401)
      expect(body).toMatchObject({ detail: expect.any(String), code: expect.any(String) })
    }
  })

  it('and a path that is not in the contract is absent', async () => {
    expect((await ask('GET', '/api/nothing-here/')).status).toBe(404)
    expect((await ask('GET', '/api/chatrooms/1/nothing-here/')).status).toBe(404)
  })
})
