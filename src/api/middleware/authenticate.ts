/** Authentication: a valid access token, a live session, and an existing room: by one call to the caller's sidebar, or by one query. */
import { createMiddleware } from 'hono/factory'
import type { Caller } from '../../actor/rpc/caller'
import { inTime } from '../../actor/rpc/stubs'
import { fingerprint } from '../../auth/keys'
import { type AccessClaims, verifyAccess } from '../../auth/tokens'
import { BOUNDS, secretsOf, settings, TIMES } from '../../config'
import { type CallerRow, callerOf, markGenerationUsed, socketCallerOf } from '../../directory/accounts/sessions'
import { spendTicket } from '../../directory/accounts/tickets'
import { type RoomPresence, roomPresenceOf } from '../../directory/people/presence'
import { addToTrace } from '../../log/trace'
import { ChatError, fullName, Id, type RoomId, type SessionId, type UserId } from '../../protocol'
import type { Api, ApiContext } from '../context'
import { BOT_TOKEN_PREFIX, claimsOfBot } from '../usecases/bot-tokens'
import { deliverOutbox } from '../usecases/outbox'
import { checkSession } from '../usecases/session-check'
import { isAllowedOrigin, isOwnPage } from './origins'

/** Rights of the caller. They are read for each request, because rights in a token would be outdated. */
export interface SignedInUser {
  isStaff: boolean
  isEmailVerified: boolean
}

/** The context of a signed-in caller. Only `authenticate` reads the rights. */
export interface SignedIn extends Api {
  Variables: Api['Variables'] & { caller: Caller; user?: SignedInUser }
}

/** The context after `authenticateInRoom`. The room exists, and the room itself decides who may see it. */
export interface SignedInRoom extends Api {
  Variables: SignedIn['Variables'] & { roomId: RoomId }
}

/** The path parameter of every route that names a room. */
const ROOM_PARAM = 'roomId'

function toCaller(row: CallerRow, url: string): Caller {
  return {
    id: row.id,
    username: row.username,
    full_name: fullName(row),
    picture: row.picture,
    version: row.version,
    ...(row.is_bot === 1 && { is_bot: true }),
    session: row.session,
    sessionEnds: row.expires_at,
    origin: new URL(url).origin,
  }
}

function accessToken(c: ApiContext): string {
  const token = /^(?:Bearer|Token)\s+(\S+)\s*$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (!token) throw new ChatError('not_authenticated')
  return token
}

/** A session: with the claims of the access token that named it, or alone, as a ticket names it. */
type Credential = AccessClaims | { sid: SessionId; gen?: undefined; caller?: undefined }

const credentialOf = (c: ApiContext, token: string): Promise<Credential> =>
  token.startsWith(BOT_TOKEN_PREFIX) ? claimsOfBot(c.env, token) : verifyAccess(secretsOf(c.env), token)

/** The room id in the path. Null without one, or for an id that cannot exist. */
const roomIdOf = (c: ApiContext): RoomId | null => Id.safeParse(c.req.param(ROOM_PARAM)).data ?? null

/** The caller without a question to the directory, or null when only the directory can answer. */
async function checkedCaller(c: ApiContext, named: Credential): Promise<Caller | null> {
  const roomId = roomIdOf(c)
  if (!named.caller || (roomId === null && c.req.param(ROOM_PARAM) !== undefined)) return null
  const checked = await checkSession(c.env, named, roomId)
  if (!checked) return null
  addToTrace({ user_id: checked.person.id, ...(roomId !== null && { room_id: roomId }) })
  const { person, session, sessionEnds } = checked
  return { ...person, session, sessionEnds, origin: new URL(c.req.url).origin }
}

/** The caller of a session. With a room id in the path, the directory must have that room. */
async function findCaller(c: ApiContext, named: Credential): Promise<{ row: CallerRow; roomId: RoomId | null }> {
  const roomId = roomIdOf(c)
  return {
    row: await admitCaller(c, named, await callerOf(c.env.DIRECTORY, named.sid, Date.now(), roomId), roomId),
    roomId,
  }
}

async function admitCaller<Row extends CallerRow>(
  c: ApiContext,
  named: Credential,
  row: Row | null,
  roomId: RoomId | null,
): Promise<Row> {
  if (!row) throw new ChatError('session_ended')
  // Once per refresh and before the answer: the spent refresh token is not answered again from now on.
  if ((named.gen ?? 0) > row.used_generation) await markGenerationUsed(c.env.DIRECTORY, named.sid, named.gen ?? 0)
  // Before any actor is named, because naming an actor creates it. An invalid id is as absent as an unknown one.
  if (c.req.param(ROOM_PARAM) !== undefined && !row.room_exists) throw new ChatError('not_found')
  // A request that made a change may have ended before it delivered its outbox entries.
  if (row.has_notices) deliverOutbox(c, row.id)
  addToTrace({ user_id: row.id, ...(roomId !== null && { room_id: roomId }) })
  return row
}

const toUser = (row: CallerRow): SignedInUser => ({
  isStaff: row.is_staff === 1,
  isEmailVerified: row.email_verified_at !== null,
})

/** Requires a signed-in caller. @throws {ChatError} `not_authenticated`, `token_not_valid`, `session_ended` */
export const authenticate = createMiddleware<SignedIn>(async (c, next) => {
  const { row } = await findCaller(c, await credentialOf(c, accessToken(c)))
  c.set('caller', toCaller(row, c.req.url))
  c.set('user', toUser(row))
  await next()
})

/**
 * Requires a signed-in caller whose rights do not matter. While the caller's sidebar answers, the directory is not asked.
 * @throws {ChatError} as `authenticate`
 */
export const authenticateCaller = createMiddleware<SignedIn>(async (c, next) => {
  const named = await credentialOf(c, accessToken(c))
  c.set('caller', (await checkedCaller(c, named)) ?? toCaller((await findCaller(c, named)).row, c.req.url))
  await next()
})

/**
 * The caller of a public route that behaves differently for signed-in people. Null for anybody else, whatever
 * credentials they send.
 */
export async function callerIfAny(c: ApiContext): Promise<Pick<Caller, 'id' | 'session'> | null> {
  if (c.req.header('Authorization') === undefined) return null
  try {
    const { row } = await findCaller(c, await credentialOf(c, accessToken(c)))
    return { id: row.id, session: row.session }
  } catch (error) {
    if (error instanceof ChatError && error.status === 401) return null
    throw error
  }
}

/**
 * Requires a signed-in caller and a room, whose id it puts into `c.var.roomId`: one of the caller's list, or else of the
 * directory.
 * @throws {ChatError} also `not_found`
 */
export const authenticateInRoom = createMiddleware<SignedInRoom>(async (c, next) => {
  const named = await credentialOf(c, accessToken(c))
  const caller = (await checkedCaller(c, named)) ?? toCaller((await findCaller(c, named)).row, c.req.url)
  const roomId = roomIdOf(c)
  if (roomId === null) throw new Error(`This path has no :${ROOM_PARAM}`)
  c.set('caller', caller)
  c.set('roomId', roomId)
  await next()
})

/** The credential of a socket: a ticket, else a token in the URL, else the subprotocol that follows `bearer`. */
async function socketCredential(c: ApiContext): Promise<Credential> {
  const ticket = c.req.query('ticket')
  if (ticket) {
    const sessionId = await spendTicket(c.env.DIRECTORY, fingerprint(ticket), Date.now())
    if (sessionId === null) throw new ChatError('token_not_valid')
    return { sid: sessionId }
  }
  const [scheme, offered] = (c.req.header('Sec-WebSocket-Protocol') ?? '').split(',').map((part) => part.trim())
  const token = c.req.query('token') || (scheme === 'bearer' && offered)
  if (!token) throw new ChatError('not_authenticated')
  return credentialOf(c, token)
}

/** The caller of a socket, and the presence that the socket shows when it opens. */
export interface SocketCaller extends RoomPresence {
  caller: Caller
}

/** Questions about presence of this isolate that are under way. */
let presenceAsked = 0

/** The presence that a socket shows when it opens. A directory that is silent, or asked by many at once, delays no socket. */
async function presenceFor(c: ApiContext, viewer: UserId, room: RoomId | null): Promise<RoomPresence> {
  if (room === null) return { online: [], hidden: [] }
  const unknown = { online: [], hidden: null }
  if (presenceAsked >= BOUNDS.presenceAsked) return unknown
  presenceAsked += 1
  try {
    return await inTime(roomPresenceOf(c.env.DIRECTORY, viewer, room), TIMES.presenceShown).catch(() => unknown)
  } finally {
    presenceAsked -= 1
  }
}

/**
 * Authenticates a socket. With `:roomId` in the path, the directory must have that room. A client that sent its token
 * as a subprotocol expects `bearer` in the answer.
 *
 * Browsers send cookies and no preflight with an upgrade, so a page of any origin could open a socket. Pages of other
 * origins are therefore refused. Clients other than browsers send no `Origin`.
 * @throws {ChatError} `origin_not_allowed`, `not_authenticated`, `token_not_valid`, `session_ended`, `not_found`
 */
export async function authenticateSocket(c: ApiContext): Promise<SocketCaller> {
  const origin = c.req.header('Origin')
  if (origin !== undefined) {
    const set = settings(c.env)
    if (!isOwnPage(origin, c.req.url, set) && !isAllowedOrigin(origin, set)) throw new ChatError('origin_not_allowed')
  }
  const named = await socketCredential(c)
  const roomId = roomIdOf(c)
  const checked = await checkedCaller(c, named)
  if (checked) return { caller: checked, ...(await presenceFor(c, checked.id, roomId)) }
  if (roomId === null) {
    const { row } = await findCaller(c, named)
    return { caller: toCaller(row, c.req.url), online: [], hidden: [] }
  }
  const visitor = await admitCaller(
    c,
    named,
    await socketCallerOf(c.env.DIRECTORY, named.sid, Date.now(), roomId),
    roomId,
  )
  return { caller: toCaller(visitor, c.req.url), online: visitor.online, hidden: visitor.hidden }
}
