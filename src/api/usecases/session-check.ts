/**
 * Checks sessions without the directory: an access token proves that its session began, and the owner's sidebar knows
 * the sessions that have ended since.
 */
import type { SessionCheck } from '../../actor/rpc/session-check'
import { inTime, sidebarStub } from '../../actor/rpc/stubs'
import type { AccessClaims } from '../../auth/tokens'
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { ChatError, type Person, type RoomId, type SessionId, type UserId } from '../../protocol'

/** Answers that an isolate keeps. */
const MAX_ANSWERS = 5_000

/** A sidebar's answer. Not a promise of one: a request cannot wait for the call of another request. */
interface KeptAnswer {
  session: SessionId
  /** In milliseconds since 1970. */
  until: number
  answer: SessionCheck
}

/** By session, generation and room, oldest first. An isolate serves one deployment. */
const kept = new Map<string, KeptAnswer>()

/** Sessions ended in this isolate: what it keeps about them is outdated. */
export function forgetAnswers(sessions: readonly SessionId[]): void {
  for (const [key, { session }] of kept) if (sessions.includes(session)) kept.delete(key)
}

/** The caller of a live session, as far as it is known without the directory. */
export interface CheckedCaller {
  person: Person
  session: SessionId
  sessionEnds: number
}

/**
 * The caller behind an access token, or null when only the directory can answer: for a token without `caller`, for a room
 * that is not in the caller's list, and while the sidebar does not answer.
 * @throws {ChatError} `session_ended`
 */
export async function checkSession(
  env: Env,
  { user_id: id, username, sid: session, gen = 0, caller }: AccessClaims,
  room: RoomId | null,
): Promise<CheckedCaller | null> {
  if (!caller) return null
  const check = await answerOf(env, id, session, gen, room)
  if (check === null) return null
  if (check.hasEnded) throw new ChatError('session_ended')
  if (room !== null && !check.isListed) return null
  const { ends: sessionEnds, ...named } = caller
  const issued: Person = { id, username, ...named }
  const isRenamed = check.person !== null && (check.person.version ?? 0) > named.version
  return { person: isRenamed ? (check.person as Person) : issued, session, sessionEnds }
}

/** A device opens several sockets and asks for several things: one answer serves for a moment. */
async function answerOf(
  env: Env,
  id: UserId,
  session: SessionId,
  generation: number,
  room: RoomId | null,
): Promise<SessionCheck | null> {
  const key = `${session}:${generation}:${room}`
  // Before the call: the sidebar may end the session right after its answer.
  const until = Date.now() + TIMES.sessionChecked
  const known = kept.get(key)
  if (known && known.until > Date.now()) return known.answer
  try {
    const answer = await inTime(sidebarStub(env, id).checkSession(session, generation, room), TIMES.sessionCheck)
    kept.delete(key)
    kept.set(key, { session, until, answer })
    if (kept.size > MAX_ANSWERS) kept.delete(kept.keys().next().value as string)
    return answer
  } catch (error) {
    log('warn', 'session.unchecked', { error })
    return null
  }
}
