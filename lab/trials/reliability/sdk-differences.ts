/** Compares what an SDK shows to one person with what REST answers to the same person. */
import type { Message, Notification, Room, RoomInList, RoomList } from '../../../src/client/index.ts'
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
  const differ = differing(differences, `${name} in ${id === shown.room?.id ? shown.room.chatName : id}`)
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
    shown.members.map((each) => [each.id, each.fullName, each.role]).sort(),
    detail.participants
      .map((each) => [
        each.id,
        (each as never as { fullName: string }).fullName,
        (each as never as { role: string }).role,
      ])
      .sort(),
  )
  differ('unread', shown.unread, detail.unreadCount)
  return differences
}

export async function listDifferences({ name, chat, notifications: feedShown }: SdkUser): Promise<string[]> {
  const differences: string[] = []
  const differ = differing(differences, name)
  const list: ReturnType<RoomList['getSnapshot']> = chat.roomList.getSnapshot()
  const all: RoomInList[] = []
  for (let next: string | null = '/chatrooms/?limit=100'; next; ) {
    const page: { results: RoomInList[]; next: string | null } = await chat.api.list<RoomInList>(next)
    all.push(...page.results)
    next = page.next
  }
  const rooms = list.rooms.map(mineOf)
  const should = all.map(mineOf)
  const edge = list.hasOlder ? rooms.length : should.length
  if (list.hasOlder) {
    const byId = new Map(should.map((room) => [room.id, room]))
    for (const room of rooms) differ(`the list’s room ${room.id}`, room, byId.get(room.id))
  } else differ('the list', rooms, should.slice(0, edge))
  differ(
    'the unread total',
    list.unreadTotal,
    all.reduce((sum, room) => sum + (room.notify === 'all' ? room.unreadCount : 0), 0),
  )
  const { notifications, hasOlder, unread } = feedShown.getSnapshot()
  const feed = await chat.api.get<Notification[]>('/notifications/', { limit: 1_000 })
  differ('the notifications', notifications, hasOlder ? feed.slice(0, notifications.length) : feed)
  differ('unread notifications', unread, feed.filter(({ isRead }) => !isRead).length)
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
  text,
  deleted,
  editedAt,
  sender,
  replyTo,
  replyPreview,
  reactions,
  status,
  readStatuses,
}: Message) => ({
  id,
  text,
  deleted,
  editedAt,
  sender: [sender.id, sender.username, sender.fullName],
  replyTo,
  quote: replyPreview && [
    replyPreview.id,
    replyPreview.senderId,
    replyPreview.senderName,
    replyPreview.text,
    replyPreview.deleted,
  ],
  reactions: reactions.map(({ emoji, userIds }) => [emoji, userIds]),
  status,
  readers: readStatuses.map(({ id: reader, user, timestamp }) => [reader, user.username, timestamp]).sort(),
})

/** What of a room depends on whose it is, or changes. */
const mineOf = ({ id, chatName, nickname, muted, notify, pinned, unreadCount, lastMessage }: RoomInList) => ({
  id,
  chatName,
  nickname,
  muted,
  notify,
  pinned,
  unreadCount,
  last: lastMessage && [lastMessage.id, lastMessage.preview, lastMessage.senderName],
})
