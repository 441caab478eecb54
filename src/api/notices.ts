/** What people's actors must hear of their accounts and friends: told after the answer, and again if it did not get through. */
import type { News } from '../actor/news'
import { feedStub, inTime, sidebarStub, uploadsStub } from '../actor/stubs'
import type { FriendRequestRow } from '../directory/schema'
import { log } from '../log/log'
import type { Person, RoomId, SessionId, UserId } from '../protocol'
import type { Asked } from './context'

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

/** Brings a new name or picture to the rooms that show it. */
export function tellPersonChanged(c: Asked, person: Person): void {
  c.executionCtx.waitUntil(
    insist({ userId: person.id }, async () => sidebarStub(c.env, person.id).personChanged(person)),
  )
}

/** Two people have become friends, or are no longer: what each may see of the other's presence may have changed. */
export function tellFriendshipChanged(c: Asked, one: UserId, other: UserId): void {
  for (const [viewer, seen] of [
    [one, other],
    [other, one],
  ] as const) {
    const tell = async () => sidebarStub(c.env, viewer).lookAgain(seen)
    c.executionCtx.waitUntil(insist({ userId: viewer, friend: seen }, tell))
  }
}

/** Brings a new choice of who sees when a person is online to where somebody is looking. */
export function tellAudienceChanged(c: Asked, userId: UserId): void {
  c.executionCtx.waitUntil(insist({ userId, audience: true }, async () => sidebarStub(c.env, userId).audienceChanged()))
}

/** Notifies somebody of a friend request that they got. */
export function tellFriendRequested(c: Asked, from: Person, request: FriendRequestRow): void {
  announce(c, request.to_user, {
    ...NEWS,
    type: 'friend_request',
    subject: requestSubject(request),
    sender: from.full_name,
    sender_id: from.id,
    message: `${from.full_name} sent you a friend request.`,
  })
}

/** Notifies somebody that the friend request they sent was accepted, and by whom. */
export function tellFriendAccepted(c: Asked, by: Person, request: FriendRequestRow, room: RoomId): void {
  announce(c, request.from_user, {
    ...NEWS,
    type: 'friend_accepted',
    subject: `friend_accepted:${request.id}`,
    sender: by.full_name,
    sender_id: by.id,
    message: `${by.full_name} accepted your friend request.`,
    room_id: room,
  })
}

/** A friend request is settled: its notification is nothing to answer any more. */
export function tellRequestSettled(c: Asked, request: FriendRequestRow): void {
  const { to_user, id } = request
  const tell = async () => feedStub(c.env, to_user).settle(requestSubject(request))
  c.executionCtx.waitUntil(insist({ userId: to_user, request: id }, tell))
}

/**
 * Brings a block, or its end, to the blocker's sidebar, which owes it to `rooms`, and what the other may see to theirs.
 * @throws when the blocker's sidebar does not answer; it is then asked again in the background
 */
export async function tellBlockChanged(c: Asked, blocker: UserId, other: UserId, rooms: RoomId[]): Promise<void> {
  const tellOther = async () => sidebarStub(c.env, other).lookAgain(blocker)
  c.executionCtx.waitUntil(insist({ userId: other, blocker }, tellOther))
  const tell = async () => sidebarStub(c.env, blocker).blockChanged(other, rooms)
  try {
    await inTime(tell())
  } catch (error) {
    c.executionCtx.waitUntil(insist({ userId: blocker, blocked: other }, tell))
    throw error
  }
}

const NEWS = { content: null, chat_name: null, room_id: null, message_id: null }

const requestSubject = ({ id }: FriendRequestRow) => `friend_request:${id}`

function announce(c: Asked, userId: UserId, news: News): void {
  const tell = async () => feedStub(c.env, userId).announce(news)
  c.executionCtx.waitUntil(insist({ userId, subject: news.subject }, tell))
}

/** Lets a person's account of uploads see which picture they show: it keeps that one, and removes the one before. */
export function tellPictureChanged(c: Asked, userId: UserId): void {
  c.executionCtx.waitUntil(insist({ userId, picture: true }, async () => uploadsStub(c.env, userId).pictureChanged()))
}
