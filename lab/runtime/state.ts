/**
 * Reads the state of a scenario through the API, without what differs between two that did the same: ids, times, tags.
 */
import { type Frame, get } from '../../test/support/world'
import type { Scenario } from './scenario'
import { PEOPLE, ROOM_NAMES, type RoomName } from './steps'

export interface ScenarioState {
  lists: Record<string, unknown>
  notifications: Record<string, unknown>
  rooms: Record<string, unknown>
}

export async function stateOf(scenario: Scenario): Promise<ScenarioState> {
  const state: ScenarioState = { lists: {}, notifications: {}, rooms: {} }
  for (const who of PEOPLE) {
    state.lists[who] = await listOf(scenario, who)
    state.notifications[who] = await notificationsOf(scenario, who)
  }
  for (const roomName of ROOM_NAMES) state.rooms[roomName] = await roomOf(scenario, roomName)
  return state
}

async function listOf(scenario: Scenario, who: (typeof PEOPLE)[number]) {
  const { body } = await get(scenario.people[who], '/api/chatrooms/')
  return body.results.map((room: Frame) => {
    const roomName = scenario.roomNameOf(room.id) as RoomName
    const { last_message: last, chat_name, unread_count, muted, pinned } = room
    const message = last && {
      nth: scenario.ordinal(roomName, last.id),
      text: scenario.plain(last.text),
      by: scenario.nameOf(last.sender),
    }
    return { roomName, chat_name, unread_count, muted, pinned, message }
  })
}

/**
 * What is unread, as it stands there, newest first; and of what was read whatever is certain. A room's notification that
 * was read there says what had been told of it last, and how often that was depends on who was looking.
 */
async function notificationsOf(scenario: Scenario, who: (typeof PEOPLE)[number]) {
  const { body } = await get(scenario.people[who], '/api/notifications/')
  const all: Frame[] = body.map((each: Frame) => {
    const { notification_type, sender_id, message, content, room_id, message_id, count, is_read } = each
    const roomName = scenario.roomNameOf(room_id) as RoomName | null
    if (is_read && notification_type === 'new_message') return { notification_type, roomName, is_read }
    const nth = roomName && scenario.ordinal(roomName, message_id)
    const [says, quotes] = [scenario.plain(message), scenario.plain(content)]
    return { notification_type, by: scenario.nameOf(sender_id), says, quotes, roomName, nth, count, is_read }
  })
  const read = all.filter(({ is_read }) => is_read).map((each) => JSON.stringify(each))
  return { unread: all.filter(({ is_read }) => !is_read), read: read.sort() }
}

/** As its members see it, and as the directory has it. */
async function roomOf(scenario: Scenario, roomName: RoomName) {
  const path = `/api/chatrooms/${scenario.rooms[roomName].id}/`
  const indexed = await scenario.indexed(roomName)
  for (const who of PEOPLE) {
    const { status, body: detail } = await get(scenario.people[who], path)
    if (status !== 200) continue
    const { body: page } = await get(scenario.people[who], `${path}messages/?limit=100`)
    const messages = page.results.map((message: Frame) => ({
      nth: scenario.ordinal(roomName, message.id),
      by: scenario.nameOf(message.sender.id),
      content: scenario.plain(message.content),
      deleted: message.deleted,
      edited: message.edited_at !== null,
      status: message.status,
      readers: message.read_statuses.map(({ user }: Frame) => scenario.nameOf(user.id)).sort(),
    }))
    const members = detail.participants.map(({ id, role }: Frame) => `${scenario.nameOf(id)} ${role}`).sort()
    return { name: detail.room_name, members, indexed, messages }
  }
  return { name: null, members: [], indexed, messages: [] }
}
