/** Delivers the directory's outbox and other news to a person's actors: after the answer, with retries. */
import type { Announcement } from '../../actor/rpc/announcement'
import { feedStub, inTime, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import {
  type CurrentRequest,
  currentRequest,
  findNames,
  pendingEntries,
  removeEndedEntries,
  removeEntry,
} from '../../directory/operation/outbox'
import { sharedRooms } from '../../directory/people/blocks'
import type { FriendRequestRow, OutboxRow } from '../../directory/schema'
import { log } from '../../log/log'
import type { SessionId, UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { toPerson } from '../presenters/people'
import { forgetAnswers } from './session-check'

/**
 * Pauses before the second, third and fourth attempt, in milliseconds: together far below the 30 s that a Worker has
 * after its answer.
 */
const RETRY_DELAYS = [250, 1_000, 4_000]

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Retries `tell` and finally logs what was not delivered. `tell` makes a new stub for each attempt, because a broken
 * stub stays broken.
 */
export async function retry(about: object, tell: () => Promise<unknown>): Promise<void> {
  for (const wait of [...RETRY_DELAYS, null]) {
    try {
      await inTime(tell())
      return
    } catch (error) {
      if (wait === null) log('error', 'notice.untold', { untold: about, error })
      else await pause(wait)
    }
  }
}

/** Resolves after the first attempt; after a failure the others follow the answer. */
async function tellNow(c: ApiContext, about: object, tell: () => Promise<unknown>): Promise<void> {
  await inTime(tell()).catch(() => c.executionCtx.waitUntil(retry(about, tell)))
}

/** Has the person's sidebar refuse ended sessions from now on and close their open sockets on all actors. */
export async function closeEndedSessions(c: ApiContext, userId: UserId, sessions: SessionId[]): Promise<void> {
  if (sessions.length === 0) return
  await tellNow(c, { userId, sessions }, async () => {
    await sidebarStub(c.env, userId).endSessions(sessions)
    // The entries are for requests that die. One that stays is delivered once more, which changes nothing.
    c.executionCtx.waitUntil(removeEndedEntries(c.env.DIRECTORY, userId, sessions).catch(() => undefined))
  })
  forgetAnswers(sessions)
}

/** Starts the consequences of an erasure: sockets close at once, and rooms and lists forget the person. */
export async function announceErasure(
  c: ApiContext,
  userId: UserId,
  picture: boolean,
  sessions: SessionId[],
): Promise<void> {
  await tellNow(c, { userId, erased: true }, async () => sidebarStub(c.env, userId).accountErased(picture, sessions))
  forgetAnswers(sessions)
}

/**
 * Delivers the outbox entries of a person after the answer. Entries that cannot be delivered stay, and the person's
 * next request delivers them.
 */
export function deliverOutbox(c: ApiContext, userId: UserId): void {
  c.executionCtx.waitUntil(retry({ userId }, () => deliverPending(c.env, userId)))
}

/**
 * The same before the answer. @throws when an actor or the directory does not answer. The delivery is then retried
 * after the answer.
 */
export async function deliverOutboxBeforeAnswer(c: ApiContext, userId: UserId): Promise<void> {
  try {
    await inTime(deliverPending(c.env, userId))
  } catch (error) {
    deliverOutbox(c, userId)
    throw error
  }
}

/** @throws {Error} that of the first entry that cannot be delivered. The others are delivered. */
export async function deliverPending(env: Env, userId: UserId): Promise<void> {
  const db = env.DIRECTORY
  const notices = await pendingEntries(db, userId)
  const told = await Promise.allSettled(
    notices.map(async (notice) => {
      await DELIVERIES[notice.kind](env, notice)
      await removeEntry(db, notice)
    }),
  )
  const failed = told.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

/**
 * The delivery of each kind of entry. The content is read now, so that entries that overtake each other end with the
 * same state.
 */
const DELIVERIES: Record<OutboxRow['kind'], (env: Env, notice: OutboxRow) => Promise<void>> = {
  async person(env, { user_id }) {
    const person = await findNames(env.DIRECTORY, user_id)
    if (person) await sidebarStub(env, user_id).personChanged(toPerson(person))
  },

  async picture(env, { user_id }) {
    await uploadsStub(env, user_id).pictureChanged()
  },

  async session(env, { user_id, subject }) {
    await sidebarStub(env, user_id).endSessions([subject])
    forgetAnswers([subject])
  },

  /** The person's view of another's presence has changed, or others' view of theirs. */
  async presence(env, { user_id, subject: other }) {
    const sidebar = sidebarStub(env, user_id)
    await (other === 0 ? sidebar.presenceCircleChanged() : sidebar.refreshPresenceOf(other))
  },

  async block(env, { user_id, subject: other }) {
    await sidebarStub(env, user_id).blockChanged(other, await sharedRooms(env.DIRECTORY, user_id, other))
  },

  async friend_request(env, { user_id, subject }) {
    const now = await currentRequest(env.DIRECTORY, subject)
    const feed = feedStub(env, user_id)
    if (now?.request.from_user === user_id) {
      if (now.request.status === 'accepted') await feed.announce(friendAccepted(now))
    } else if (now?.request.status === 'pending') await feed.announce(friendRequested(now))
    else await feed.markReadBySubject(requestSubject(subject))
  },
}

/** Lets `Uploads` read which picture the person shows: it keeps that one and removes the previous one. */
export function refreshPicture(c: ApiContext, userId: UserId): void {
  c.executionCtx.waitUntil(retry({ userId, picture: true }, async () => uploadsStub(c.env, userId).pictureChanged()))
}

/** Dismisses the notification of a friend request whose sender was erased. */
export function dismissFriendRequest(c: ApiContext, { to_user, id }: FriendRequestRow): void {
  const tell = async () => feedStub(c.env, to_user).markReadBySubject(requestSubject(id))
  c.executionCtx.waitUntil(retry({ userId: to_user, request: id }, tell))
}

const NEWS = { content: null, chat_name: null, room_id: null, message_id: null } as const

const requestSubject = (id: number) => `friend_request:${id}`

const friendRequested = ({ request, sender: device }: CurrentRequest): Announcement => {
  const { id, full_name } = toPerson(device)
  const message = `${full_name} sent you a friend request.`
  return {
    ...NEWS,
    type: 'friend_request',
    subject: requestSubject(request.id),
    as_of: device.version,
    sender: full_name,
    sender_id: id,
    message,
  }
}

const friendAccepted = ({ request, receiver: asked, room: room_id }: CurrentRequest): Announcement => {
  const { id, full_name } = toPerson(asked)
  const message = `${full_name} accepted your friend request.`
  const subject = `friend_accepted:${request.id}`
  return { ...NEWS, type: 'friend_accepted', subject, sender: full_name, sender_id: id, message, room_id }
}
