/** Compares what an SDK shows to one person with what REST answers to the same person. */
import type { Message, Notification, Room, RoomInList, Sidebar } from '../../../src/client/index.ts'
import type { SdkUser } from './c1-agrees.ts'

export async function roomDifferences({ name, chat }: SdkUser, id: number): Promise<string[]> {
  const room: Room = chat.room(id)
  const detail = await chat.api
    .get<RoomInList & { participants: { id: number }[] }>(`/chatrooms/${id}/`)
    .catch(() => null)
  const { connection } = room.getSnapshot()
  if (detail === null)
    return connection.status === 'online' ? [`${name} is online in ${id}, which REST does not know`] : []
  if (connection.status === 'closed') {
    // Taken out, and back since: nobody says so to a room that was closed.
    await room.open({ limit: 20 })
    return [`${name} had to open ${id} again`]
  }
  const shown = room.getSnapshot()
  const messages = shown.messages.filter((message) => message.id !== null)
  const last = await chat.api.list<Message>(`/chatrooms/${id}/messages/`, { limit: 100 })
  const known = new Map(last.results.map((message) => [message.id, message]))
  const oldest = Math.min(...messages.map((message) => message.id ?? 0))
  const within = last.results.filter((message) => message.id >= oldest)
  const differences: string[] = []
  const differ = differing(differences, `${name} in ${id === shown.room?.id ? shown.room.chat_name : id}`)
  for (const message of messages) {
    const said = known.get(message.id ?? 0)
    if (said) differ(`message ${message.id}`, looksOf(message as unknown as Message), looksOf(said))
  }
  if (!shown.hasNewer && within.length < 100)
    differ(
      'which messages',
      messages.map((each) => each.id).sort(byNumber),
      within.map((each) => each.id).sort(byNumber),
    )
  differ('the room', mineOf(shown.room as RoomInList), mineOf(detail))
  differ(
    'the members',
    shown.members.map((each) => [each.id, each.full_name, each.role]).sort(),
    detail.participants
      .map((each) => [
        each.id,
        (each as never as { full_name: string }).full_name,
        (each as never as { role: string }).role,
      ])
      .sort(),
  )
  differ('unread', shown.unread, detail.unread_count)
  return differences
}

export async function listDifferences({ name, chat }: SdkUser): Promise<string[]> {
  const differences: string[] = []
  const differ = differing(differences, name)
  const sidebar: ReturnType<Sidebar['getSnapshot']> = chat.sidebar.getSnapshot()
  const all: RoomInList[] = []
  for (let next: string | null = '/chatrooms/?limit=100'; next; ) {
    const page: { results: RoomInList[]; next: string | null } = await chat.api.list<RoomInList>(next)
    all.push(...page.results)
    next = page.next
  }
  const rooms = sidebar.rooms.map(mineOf)
  const should = all.map(mineOf)
  const edge = sidebar.hasOlder ? rooms.length : should.length
  if (sidebar.hasOlder) {
    const byId = new Map(should.map((room) => [room.id, room]))
    for (const room of rooms) differ(`the list’s room ${room.id}`, room, byId.get(room.id))
  } else differ('the list', rooms, should.slice(0, edge))
  differ(
    'the unread total',
    sidebar.unreadTotal,
    all.reduce((sum, room) => sum + (room.notify === 'all' ? room.unread_count : 0), 0),
  )
  const { notifications, hasOlder, unread } = chat.notifications.getSnapshot()
  const feed = await chat.api.get<Notification[]>('/notifications/', { limit: 1_000 })
  differ('the notifications', notifications, hasOlder ? feed.slice(0, notifications.length) : feed)
  differ('unread notifications', unread, feed.filter(({ is_read }) => !is_read).length)
  return differences
}

const byNumber = (a: number | null, b: number | null): number => (a ?? 0) - (b ?? 0)

function differing(differences: string[], where: string) {
  return (what: string, found: unknown, right: unknown) => {
    const [one, other] = [JSON.stringify(found), JSON.stringify(right)]
    if (one !== other) differences.push(`${where}: ${what} is ${one}, and REST says ${other}`)
  }
}

/** What of a message can be seen. Pictures are signed anew with each answer. */
const looksOf = ({
  id,
  content,
  deleted,
  edited_at,
  sender,
  reply_to,
  reply_preview,
  reactions,
  status,
  read_statuses,
}: Message) => ({
  id,
  content,
  deleted,
  edited_at,
  sender: [sender.id, sender.username, sender.full_name],
  reply_to,
  quote: reply_preview && [
    reply_preview.id,
    reply_preview.sender,
    reply_preview.sender_name,
    reply_preview.content,
    reply_preview.deleted,
  ],
  reactions: reactions.map(({ emoji, user_ids }) => [emoji, user_ids]),
  status,
  readers: read_statuses.map(({ id: reader, user, timestamp }) => [reader, user.username, timestamp]).sort(),
})

/** What of a room depends on whose it is, or changes. */
const mineOf = ({ id, chat_name, nickname, muted, notify, pinned, unread_count, last_message }: RoomInList) => ({
  id,
  chat_name,
  nickname,
  muted,
  notify,
  pinned,
  unread_count,
  last: last_message && [last_message.id, last_message.text, last_message.sender_name],
})
