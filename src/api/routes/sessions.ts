/** `/api/sessions`: the devices on which the caller is signed in. */
import { Hono } from 'hono'
import * as z from 'zod'
import { endDevice, endOtherSessions, sessionsOf } from '../../directory/accounts/sessions'
import { ChatError, Session } from '../../protocol'
import type { Api } from '../context'
import { authenticate } from '../middleware/authenticate'
import { limitRate, limitSessionRate } from '../middleware/rate-limit'
import { idInPath } from '../middleware/validate'
import { area, type Operation } from '../openapi/operation'
import { closeEndedSessions } from '../usecases/outbox'

const time = (milliseconds: number) => new Date(milliseconds).toISOString()

export const sessions = new Hono<Api>()

sessions.get('/', authenticate, limitRate('list'), async (c) => {
  const rows = await sessionsOf(c.env.DIRECTORY, c.var.caller.id, Date.now())
  const answer = rows.map((row) => ({
    id: row.id,
    device: row.user_agent,
    current: row.id === c.var.caller.session,
    created_at: time(row.created_at),
    last_used_at: time(row.last_used_at),
    expires_at: time(row.expires_at),
  }))
  return c.json(answer satisfies z.infer<typeof Session>[])
})

/** Ends all sessions but the caller's. */
sessions.delete('/', authenticate, limitSessionRate, async (c) => {
  const { id, session } = c.var.caller
  await closeEndedSessions(c, id, await endOtherSessions(c.env.DIRECTORY, id, session, Date.now()))
  return c.body(null, 204)
})

sessions.delete('/:id', authenticate, limitSessionRate, async (c) => {
  const id = idInPath(c, 'id')
  const ended = await endDevice(c.env.DIRECTORY, c.var.caller.id, id, Date.now())
  if (!ended) throw new ChatError('not_found')
  await closeEndedSessions(c, c.var.caller.id, [id])
  return c.body(null, 204)
})

const describe = area('Accounts')

/** The routes above, as `/api/schema/` describes them. */
export const sessionsOperations: Operation[] = [
  describe.get('/api/sessions/', 'Devices signed in', { 200: z.array(Session) }),
  describe.delete('/api/sessions/', 'End all other sessions', { 204: null }),
  describe.delete('/api/sessions/{id}/', 'End a session', { 204: null }),
]
