/** What people's actors must hear of their accounts and friends: told after the answer, and again if it did not get through. */
import type { Announcement } from '../../actor/rpc/announcement'
import { feedStub, inTime, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import {
  type CurrentRequest,
  currentRequest,
  findNames,
  pendingEntries,
  removeEntry,
} from '../../directory/operation/outbox'
import { sharedRooms } from '../../directory/people/blocks'
import type { FriendRequestRow, OutboxRow } from '../../directory/schema'
import { log } from '../../log/log'
import type { SessionId, UserId } from '../../protocol'
import type { ApiContext } from '../context'
import { toPerson } from '../presenters/people'

/** Waits before the second, third and fourth try, in milliseconds: together far below the 30 s that remain after an answer. */
const RETRY_DELAYS = [250, 1_000, 4_000]

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Tries until it works; at last logs what was never heard. `tell` takes a new stub each time: a broken one stays so. */
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

/** Closes the open sockets of sessions that have ended, on every actor. */
export function closeEndedSessions(c: ApiContext, userId: UserId, sessions: SessionId[]): void {
  if (sessions.length === 0) return
  c.executionCtx.waitUntil(retry({ userId, sessions }, async () => sidebarStub(c.env, userId).endSessions(sessions)))
}

/** Has everything follow that an erased account leads to: sockets close at once, rooms and lists forget the person. */
export function announceErasure(c: ApiContext, userId: UserId, picture: boolean, sessions: SessionId[]): void {
  const tell = async () => sidebarStub(c.env, userId).accountErased(picture, sessions)
  c.executionCtx.waitUntil(retry({ userId, erased: true }, tell))
}

/**
 * Tells a person's actors, after the answer, what they have yet to hear of changes in the directory. What cannot be told
 * now stays noted, and is told when the person makes their next request.
 */
export function deliverOutbox(c: ApiContext, userId: UserId): void {
  c.executionCtx.waitUntil(retry({ userId }, () => deliverPending(c, userId)))
}

/** The same before the answer. @throws when an actor or the directory does not answer; it is then tried again */
export async function deliverOutboxBeforeAnswer(c: ApiContext, userId: UserId): Promise<void> {
  try {
    await inTime(deliverPending(c, userId))
  } catch (error) {
    deliverOutbox(c, userId)
    throw error
  }
}

async function deliverPending(c: ApiContext, userId: UserId): Promise<void> {
  const db = c.env.DIRECTORY
  const notices = await pendingEntries(db, userId)
  const told = await Promise.allSettled(
    notices.map(async (notice) => {
      await DELIVERIES[notice.kind](c, notice)
      await removeEntry(db, notice)
    }),
  )
  const failed = told.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

/** How each notice is told. What it says is read now: notices that overtake each other end with the same. */
const DELIVERIES: Record<OutboxRow['kind'], (c: ApiContext, notice: OutboxRow) => Promise<void>> = {
  async person(c, { user_id }) {
    const person = await findNames(c.env.DIRECTORY, user_id)
    if (person) await sidebarStub(c.env, user_id).personChanged(toPerson(person))
  },

  async picture(c, { user_id }) {
    await uploadsStub(c.env, user_id).pictureChanged()
  },

  /** What the person may see of another's presence has changed, or what others may see of theirs. */
  async presence(c, { user_id, subject: other }) {
    const sidebar = sidebarStub(c.env, user_id)
    await (other === 0 ? sidebar.presenceCircleChanged() : sidebar.refreshPresenceOf(other))
  },

  async block(c, { user_id, subject: other }) {
    await sidebarStub(c.env, user_id).blockChanged(other, await sharedRooms(c.env.DIRECTORY, user_id, other))
  },

  async friend_request(c, { user_id, subject }) {
    const now = await currentRequest(c.env.DIRECTORY, subject)
    const feed = feedStub(c.env, user_id)
    if (now?.request.from_user === user_id) {
      if (now.request.status === 'accepted') await feed.announce(friendAccepted(now))
    } else if (now?.request.status === 'pending') await feed.announce(friendRequested(now))
    else await feed.markReadBySubject(requestSubject(subject))
  },
}

/** Lets a person's account of uploads see which picture they show: it keeps that one, and removes the one before. */
export function refreshPicture(c: ApiContext, userId: UserId): void {
  c.executionCtx.waitUntil(retry({ userId, picture: true }, async () => uploadsStub(c.env, userId).pictureChanged()))
}

/** A friend request is gone with its sender: its notification is nothing to answer any more. */
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
