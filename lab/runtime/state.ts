/** Everything a scene has come to, without what differs between two scenes that did the same: ids, times, tags. */
import { type Frame, get } from '../../test/support/world'
import type { Scene } from './scene'
import { PEOPLE, PLACES, type Place } from './steps'

export interface SceneState {
  lists: Record<string, unknown>
  notifications: Record<string, unknown>
  rooms: Record<string, unknown>
}

export async function stateOf(scene: Scene): Promise<SceneState> {
  const state: SceneState = { lists: {}, notifications: {}, rooms: {} }
  for (const who of PEOPLE) {
    state.lists[who] = await listOf(scene, who)
    state.notifications[who] = await notificationsOf(scene, who)
  }
  for (const place of PLACES) state.rooms[place] = await roomOf(scene, place)
  return state
}

async function listOf(scene: Scene, who: (typeof PEOPLE)[number]) {
  const { body } = await get(scene.people[who], '/api/chatrooms/')
  return body.results.map((room: Frame) => {
    const place = scene.placeOf(room.id) as Place
    const { last_message: last, chat_name, unread_count, muted, pinned } = room
    const message = last && {
      nth: scene.ordinal(place, last.id),
      text: scene.plain(last.text),
      by: scene.nameOf(last.sender),
    }
    return { place, chat_name, unread_count, muted, pinned, message }
  })
}

/**
 * What is unread, as it stands there, newest first; and of what was read whatever is certain. A room's notification that
 * was read there says what had been told of it last, and how often that was depends on who was looking.
 */
async function notificationsOf(scene: Scene, who: (typeof PEOPLE)[number]) {
  const { body } = await get(scene.people[who], '/api/notifications/')
  const all: Frame[] = body.map((each: Frame) => {
    const { notification_type, sender_id, message, content, room_id, message_id, count, is_read } = each
    const place = scene.placeOf(room_id) as Place | null
    if (is_read && notification_type === 'new_message') return { notification_type, place, is_read }
    const nth = place && scene.ordinal(place, message_id)
    const [says, quotes] = [scene.plain(message), scene.plain(content)]
    return { notification_type, by: scene.nameOf(sender_id), says, quotes, place, nth, count, is_read }
  })
  const read = all.filter(({ is_read }) => is_read).map((each) => JSON.stringify(each))
  return { unread: all.filter(({ is_read }) => !is_read), read: read.sort() }
}

/** As its members see it, and as the directory has it. */
async function roomOf(scene: Scene, place: Place) {
  const path = `/api/chatrooms/${scene.rooms[place].id}/`
  const indexed = await scene.indexed(place)
  for (const who of PEOPLE) {
    const { status, body: detail } = await get(scene.people[who], path)
    if (status !== 200) continue
    const { body: page } = await get(scene.people[who], `${path}messages/?limit=100`)
    const messages = page.results.map((message: Frame) => ({
      nth: scene.ordinal(place, message.id),
      by: scene.nameOf(message.sender.id),
      content: scene.plain(message.content),
      deleted: message.deleted,
      edited: message.edited_at !== null,
      status: message.status,
      readers: message.read_statuses.map(({ user }: Frame) => scene.nameOf(user.id)).sort(),
    }))
    const members = detail.participants.map(({ id, role }: Frame) => `${scene.nameOf(id)} ${role}`).sort()
    return { name: detail.room_name, members, indexed, messages }
  }
  return { name: null, members: [], indexed, messages: [] }
}
