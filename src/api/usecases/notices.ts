/** What people's actors must hear of their accounts and friends: told after the answer, and again if it did not get through. */
import type { News } from '../../actor/rpc/news'
import { feedStub, inTime, sidebarStub, uploadsStub } from '../../actor/rpc/stubs'
import { forgetNotice, noticesFor, personOf, type RequestNow, requestNow } from '../../directory/operation/notices'
import { roomsOfBoth } from '../../directory/people/blocks'
import type { FriendRequestRow, NoticeRow } from '../../directory/schema'
import { log } from '../../log/log'
import type { SessionId, UserId } from '../../protocol'
import type { Asked } from '../context'
import { toPerson } from '../presenters/people'

/** Waits before the second, third and fourth try, in milliseconds: together far below the 30 s that remain after an answer. */
const AGAIN = [250, 1_000, 4_000]

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Tries until it works; at last logs what was never heard. `tell` takes a new stub each time: a broken one stays so. */
export async function insist(about: object, tell: () => Promise<unknown>): Promise<void> {
  for (const wait of [...AGAIN, null]) {
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
export function tellSessionsEnded(c: Asked, userId: UserId, sessions: SessionId[]): void {
  if (sessions.length === 0) return
  c.executionCtx.waitUntil(insist({ userId, sessions }, async () => sidebarStub(c.env, userId).endSessions(sessions)))
}

/** Has everything follow that an erased account leads to: sockets close at once, rooms and lists forget the person. */
export function tellErased(c: Asked, userId: UserId, picture: boolean, sessions: SessionId[]): void {
  const tell = async () => sidebarStub(c.env, userId).accountErased(picture, sessions)
  c.executionCtx.waitUntil(insist({ userId, erased: true }, tell))
}

/**
 * Tells a person's actors, after the answer, what they have yet to hear of changes in the directory. What cannot be told
 * now stays noted, and is told when the person makes their next request.
 */
export function deliverNotices(c: Asked, userId: UserId): void {
  c.executionCtx.waitUntil(insist({ userId }, () => deliverNow(c, userId)))
}

/** The same before the answer. @throws when an actor or the directory does not answer; it is then tried again */
export async function deliverBeforeAnswer(c: Asked, userId: UserId): Promise<void> {
  try {
    await inTime(deliverNow(c, userId))
  } catch (error) {
    deliverNotices(c, userId)
    throw error
  }
}

async function deliverNow(c: Asked, userId: UserId): Promise<void> {
  const db = c.env.DIRECTORY
  const notices = await noticesFor(db, userId)
  const told = await Promise.allSettled(
    notices.map(async (notice) => {
      await TELL[notice.kind](c, notice)
      await forgetNotice(db, notice)
    }),
  )
  const failed = told.find((each) => each.status === 'rejected')
  if (failed) throw failed.reason
}

/** How each notice is told. What it says is read now: notices that overtake each other end with the same. */
const TELL: Record<NoticeRow['kind'], (c: Asked, notice: NoticeRow) => Promise<void>> = {
  async person(c, { user_id }) {
    const person = await personOf(c.env.DIRECTORY, user_id)
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
    await sidebarStub(c.env, user_id).blockChanged(other, await roomsOfBoth(c.env.DIRECTORY, user_id, other))
  },

  async friend_request(c, { user_id, subject }) {
    const now = await requestNow(c.env.DIRECTORY, subject)
    const feed = feedStub(c.env, user_id)
    if (now?.request.from_user === user_id) {
      if (now.request.status === 'accepted') await feed.announce(friendAccepted(now))
    } else if (now?.request.status === 'pending') await feed.announce(friendRequested(now))
    else await feed.markReadBySubject(requestSubject(subject))
  },
}

/** Lets a person's account of uploads see which picture they show: it keeps that one, and removes the one before. */
export function tellPictureChanged(c: Asked, userId: UserId): void {
  c.executionCtx.waitUntil(insist({ userId, picture: true }, async () => uploadsStub(c.env, userId).pictureChanged()))
}

/** A friend request is gone with its sender: its notification is nothing to answer any more. */
export function tellRequestSettled(c: Asked, { to_user, id }: FriendRequestRow): void {
  const tell = async () => feedStub(c.env, to_user).markReadBySubject(requestSubject(id))
  c.executionCtx.waitUntil(insist({ userId: to_user, request: id }, tell))
}

const NEWS = { content: null, chat_name: null, room_id: null, message_id: null } as const

const requestSubject = (id: number) => `friend_request:${id}`

const friendRequested = ({ request, asker }: RequestNow): News => {
  const { id, full_name } = toPerson(asker)
  const message = `${full_name} sent you a friend request.`
  return {
    ...NEWS,
    type: 'friend_request',
    subject: requestSubject(request.id),
    as_of: asker.version,
    sender: full_name,
    sender_id: id,
    message,
  }
}

const friendAccepted = ({ request, asked, room: room_id }: RequestNow): News => {
  const { id, full_name } = toPerson(asked)
  const message = `${full_name} accepted your friend request.`
  const subject = `friend_accepted:${request.id}`
  return { ...NEWS, type: 'friend_accepted', subject, sender: full_name, sender_id: id, message, room_id }
}
