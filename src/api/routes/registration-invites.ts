/** `/api/admin/invites`: invitations to register, made and revoked by staff. */
import { Hono } from 'hono'
import * as z from 'zod'
import { fingerprint, newSecret } from '../../auth/keys'
import { createInvite, listInvites, revokeInvite } from '../../directory/accounts/registration-invites'
import type { RegistrationInviteRow } from '../../directory/schema'
import { ChatError, InviteBody, NewRegistrationInvite, newId, RegistrationInvite } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { limitRate } from '../middleware/rate-limit'
import { staffOnly } from '../middleware/staff'
import { body, idInPath } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'

export const registrationInvites = new Hono<SignedIn>()

registrationInvites.use(authenticate, staffOnly)

registrationInvites.get('/', limitRate('staff'), async (c) => {
  return c.json((await listInvites(c.env.DIRECTORY)).map(toInvite))
})

registrationInvites.post('/', limitRate('staff'), body(InviteBody), async (c) => {
  const { max_uses: maxUses, expires_in } = c.req.valid('json')
  const code = newSecret()
  const now = Date.now()
  const expiresAt = expires_in === null ? null : now + expires_in * 1_000
  const { id: by, origin } = c.var.caller
  const invite = { id: newId(), hash: fingerprint(code), by, now, expiresAt, maxUses }
  await createInvite(c.env.DIRECTORY, invite)
  const row = { ...invite, created_by: by, created_at: now, expires_at: expiresAt, uses: 0, max_uses: maxUses }
  const url = `${origin}/?invite=${code}`
  return c.json({ ...toInvite({ ...row, revoked_at: null }), code, url } satisfies NewRegistrationInvite, 201)
})

registrationInvites.delete('/:id', limitRate('staff'), async (c) => {
  const done = await revokeInvite(c.env.DIRECTORY, idInPath(c, 'id'), c.var.caller.id, Date.now())
  if (!done) throw new ChatError('not_found')
  return c.body(null, 204)
})

const iso = (time: number) => new Date(time).toISOString()

const toInvite = (row: RegistrationInviteRow): RegistrationInvite => ({
  id: row.id,
  created_by: row.created_by,
  created_at: iso(row.created_at),
  expires_at: row.expires_at === null ? null : iso(row.expires_at),
  uses: row.uses,
  max_uses: row.max_uses,
  revoked: row.revoked_at !== null,
})

const describe = area('Administration')

/** The routes above, as `/api/schema/` describes them. */
export const registrationInvitesOperations: Operation[] = [
  describe.get(
    '/api/admin/invites/',
    'Invitations to register',
    { 200: z.array(RegistrationInvite) },
    { access: 'staff' },
  ),
  describe.post(
    '/api/admin/invites/',
    'Invite somebody to register; the code is shown this once',
    { 201: NewRegistrationInvite },
    { access: 'staff', body: InviteBody },
  ),
  describe.delete('/api/admin/invites/{id}/', 'Revoke an invitation to register', { 204: null }, { access: 'staff' }),
]
