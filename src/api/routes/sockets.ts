/** `/ws/…`: authenticates sockets and hands their upgrades to the actors. */
import { Hono } from 'hono'
import { feedStub, roomStub, sidebarStub } from '../../actor/rpc/stubs'
import { upgradeRequest } from '../../actor/sockets/upgrade'
import { ChatError, Id } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { authenticateSocket } from '../middleware/authenticate'
import { countedInHandler } from '../middleware/rate-limit'
import { spend } from '../usecases/spending'

export const sockets = new Hono<Api>()

sockets.get('/chat/:roomId', countedInHandler('socket'), async (c) => {
  const upgrade = await admitSocket(c)
  const room = Id.parse(c.req.param('roomId'))
  return handOver(roomStub(c.env, room), upgradeRequest(new URL(c.req.url), upgrade))
})

sockets.get('/sidebar', countedInHandler('socket'), async (c) => {
  const upgrade = await admitSocket(c)
  return handOver(sidebarStub(c.env, upgrade.caller.id), upgradeRequest(new URL(c.req.url), upgrade))
})

sockets.get('/notifications', countedInHandler('socket'), async (c) => {
  const upgrade = await admitSocket(c)
  return handOver(feedStub(c.env, upgrade.caller.id), upgradeRequest(new URL(c.req.url), upgrade))
})

/** Authenticates the caller and chooses the subprotocol. @throws {ChatError} when the upgrade is refused */
async function admitSocket(c: ApiContext) {
  if (c.req.header('Upgrade')?.toLowerCase() !== 'websocket') throw new ChatError('upgrade_required')
  const visitor = await authenticateSocket(c)
  const hasCredit = await spend(c.env, visitor.caller.id, 'socket')
  const offered = c.req.header('Sec-WebSocket-Protocol')
  const protocol = offered?.split(',')[0]?.trim() === 'bearer' ? 'bearer' : null
  return { ...visitor, protocol, hasCredit }
}

/** Returns the actor's 101 unchanged, and its refusal as an error of the contract. */
async function handOver(actor: { fetch(request: Request): Promise<Response> }, request: Request): Promise<Response> {
  const answer = await actor.fetch(request)
  if (answer.status === 101) return answer
  throw new ChatError(answer.status === 401 ? 'session_ended' : 'not_found')
}
