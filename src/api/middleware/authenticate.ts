/** Who is asking: a valid access token, a session that is still live, and a room that exists, in one query. */
import { createMiddleware } from 'hono/factory'
import type { Caller } from '../../actor/rpc/caller'
import { fingerprint } from '../../auth/keys'
import { verifyAccess } from '../../auth/tokens'
import { secretsOf, settings } from '../../config'
import { type CallerRow, callerOf, useGeneration, visitorOf } from '../../directory/accounts/sessions'
import { spendTicket } from '../../directory/accounts/tickets'
import type { Company } from '../../directory/rooms/projection'
import { addToTrace } from '../../log/trace'
import { ChatError, fullName, Id, type RoomId, type SessionId } from '../../protocol'
import type { Api, Asked } from '../context'
import { deliverNotices } from '../usecases/notices'
import { isAllowedOrigin, isOwnPage } from './origins'

/** What a signed-in request knows beyond who is asking. Read anew on each request: rights in a token would be old. */
export interface SignedInUser {
  isStaff: boolean
  isEmailVerified: boolean
}

/** The context after `authenticate`. */
export interface SignedIn extends Api {
  Variables: Api['Variables'] & { caller: Caller; user: SignedInUser }
}

/** The context after `authenticateInRoom`: the room exists; who may see it, only the room itself knows. */
export interface SignedInRoom extends Api {
  Variables: SignedIn['Variables'] & { roomId: RoomId }
}

/** The name of a room's id in every path that has one. */
const ROOM_PARAM = 'roomId'

function toCaller(row: CallerRow, url: string): Caller {
  return {
    id: row.id,
    username: row.username,
    full_name: fullName(row),
    picture: row.picture,
    version: row.version,
    session: row.session,
    sessionEnds: row.expires_at,
    origin: new URL(url).origin,
  }
}

function accessToken(c: Asked): string {
  const token = /^(?:Bearer|Token)\s+(\S+)\s*$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (!token) throw new ChatError('not_authenticated')
  return token
}

/** What a credential names: a session, and the generation of its tokens that it belongs to, where that is known. */
interface Named {
  sid: SessionId
  gen?: number | undefined
}

const namedBy = (c: Asked, token: string): Promise<Named> => verifyAccess(secretsOf(c.env), token)

/** The id in a path that has a room's: null where it has none, or one that cannot exist. */
const roomOf = (c: Asked): RoomId | null => Id.safeParse(c.req.param(ROOM_PARAM)).data ?? null

/** Whose session it is. Where the path has a room's id, also that the directory has that room. */
async function signedIn(c: Asked, named: Named): Promise<{ row: CallerRow; roomId: RoomId | null }> {
  const roomId = roomOf(c)
  return { row: await admit(c, named, await callerOf(c.env.DIRECTORY, named.sid, Date.now(), roomId), roomId), roomId }
}

async function admit<Row extends CallerRow>(
  c: Asked,
  named: Named,
  row: Row | null,
  roomId: RoomId | null,
): Promise<Row> {
  if (!row) throw new ChatError('session_ended')
  // Once for each refresh, and before the answer: from then on the token that was spent for it is answered no more.
  if ((named.gen ?? 0) > row.used_generation) await useGeneration(c.env.DIRECTORY, named.sid, named.gen ?? 0)
  // Before any actor is named: naming one creates it. An id that cannot exist is as absent as one that does not.
  if (c.req.param(ROOM_PARAM) !== undefined && !row.room_exists) throw new ChatError('not_found')
  // A request that made a change may have ended before it told anybody.
  if (row.has_notices) deliverNotices(c, row.id)
  addToTrace({ user_id: row.id, ...(roomId !== null && { room_id: roomId }) })
  return row
}

const toUser = (row: CallerRow): SignedInUser => ({
  isStaff: row.is_staff === 1,
  isEmailVerified: row.email_verified_at !== null,
})

/** Lets signed-in people through. @throws {ChatError} `not_authenticated`, `token_not_valid`, `session_ended` */
export const authenticate = createMiddleware<SignedIn>(async (c, next) => {
  const { row } = await signedIn(c, await namedBy(c, accessToken(c)))
  c.set('caller', toCaller(row, c.req.url))
  c.set('user', toUser(row))
  await next()
})

/** Who is signed in, where that changes what a path for anybody does; null for anybody else, whatever they send. */
export async function callerIfAny(c: Asked): Promise<Pick<Caller, 'id' | 'session'> | null> {
  if (c.req.header('Authorization') === undefined) return null
  try {
    const { row } = await signedIn(c, await namedBy(c, accessToken(c)))
    return { id: row.id, session: row.session }
  } catch (error) {
    if (error instanceof ChatError && error.status === 401) return null
    throw error
  }
}

/**
 * Lets signed-in people through to a path with `:roomId`, if the directory has that room; it stands in `c.var.roomId`.
 * @throws {ChatError} also `not_found`
 */
export const authenticateInRoom = createMiddleware<SignedInRoom>(async (c, next) => {
  const { row, roomId } = await signedIn(c, await namedBy(c, accessToken(c)))
  if (roomId === null) throw new Error(`This path has no :${ROOM_PARAM}`)
  c.set('caller', toCaller(row, c.req.url))
  c.set('user', toUser(row))
  c.set('roomId', roomId)
  await next()
})

/** A socket's credential: a ticket, else a token in the URL, else one beside `bearer` among the subprotocols. */
async function namedBySocket(c: Asked): Promise<Named> {
  const ticket = c.req.query('ticket')
  if (ticket) {
    const sessionId = await spendTicket(c.env.DIRECTORY, fingerprint(ticket), Date.now())
    if (sessionId === null) throw new ChatError('token_not_valid')
    return { sid: sessionId }
  }
  const [scheme, offered] = (c.req.header('Sec-WebSocket-Protocol') ?? '').split(',').map((part) => part.trim())
  const token = c.req.query('token') || (scheme === 'bearer' && offered)
  if (!token) throw new ChatError('not_authenticated')
  return namedBy(c, token)
}

/** Who asks for a socket, and whom they will see there: shown once, when the socket opens. */
export interface Visitor extends Company {
  caller: Caller
}

/**
 * Who asks for a socket. Where the path has `:roomId`, the directory has that room. A client that sent its token as a
 * subprotocol expects `bearer` to be chosen in the answer.
 *
 * Browsers send cookies and no preflight with an upgrade, so a page of any origin could open a socket here: pages of
 * other origins are refused. What is not a browser sends no `Origin`.
 * @throws {ChatError} `origin_not_allowed`, `not_authenticated`, `token_not_valid`, `session_ended`, `not_found`
 */
export async function authenticateSocket(c: Asked): Promise<Visitor> {
  const origin = c.req.header('Origin')
  if (origin !== undefined) {
    const set = settings(c.env)
    if (!isOwnPage(origin, c.req.url, set) && !isAllowedOrigin(origin, set)) throw new ChatError('origin_not_allowed')
  }
  const named = await namedBySocket(c)
  const roomId = roomOf(c)
  if (roomId === null) {
    const { row } = await signedIn(c, named)
    return { caller: toCaller(row, c.req.url), online: [], hidden: [] }
  }
  const visitor = await admit(c, named, await visitorOf(c.env.DIRECTORY, named.sid, Date.now(), roomId), roomId)
  return { caller: toCaller(visitor, c.req.url), online: visitor.online, hidden: visitor.hidden }
}
