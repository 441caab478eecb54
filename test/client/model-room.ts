/** A room as simple as it can be: what the server would answer, page, push and replay. */
import type { RoomFrame } from '../../src/client/frames'
import type { Message, MessageStatus, Participant, RoomDetail } from '../../src/client/model'

interface Member {
  id: number
  joined: number
  changed: number
  left: number | null
  read: number
  readSeq: number
  delivered: number
  deliveredSeq: number
}

interface Stored {
  id: number
  sender: number
  text: string | null
  clientId: string | null
  edited: number | null
  changed: number
  reactions: Message['reactions']
}

export const ME = 1

/** Times follow places, so that everything can be told from a place. */
const timeOf = (seq: number): string => new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString()
const nameOf = (id: number): string => `person-${id}`
const senderOf = (id: number) => ({ id, username: nameOf(id), fullName: nameOf(id), profilePic: null, isBot: false })

export class ModelRoom {
  readonly #members = new Map<number, Member>()
  readonly #messages: Stored[] = []
  /** Whoever has ever left. */
  readonly left = new Set<number>()
  seq = 0
  /** Every frame pushed so far, to those who are connected. */
  readonly log: RoomFrame[] = []

  constructor(people: number[]) {
    for (const id of people) this.join(id)
    this.log.length = 0
  }

  get people(): number[] {
    return [...this.#members.values()].filter(({ left }) => left === null).map(({ id }) => id)
  }

  get ids(): number[] {
    return this.#messages.map(({ id }) => id)
  }

  /** Stores a message once per sender and clientId. @returns its place */
  send(sender: number, text: string, clientId: string | null = null): number {
    const earlier = this.#messages.find((each) => each.sender === sender && clientId && each.clientId === clientId)
    if (earlier) return earlier.id
    const id = ++this.seq
    const stored = { id, sender, text, clientId, edited: null, changed: id, reactions: [] }
    this.#messages.push(stored)
    this.log.push({ type: 'new_message', seq: id, message: this.#message(stored) })
    return id
  }

  edit(id: number, text: string): void {
    const stored = this.#find(id)
    if (!stored || stored.text === null) return
    Object.assign(stored, { text, edited: ++this.seq, changed: this.seq })
    this.log.push({ type: 'message_updated', seq: this.seq, message: this.#message(stored) })
  }

  /** Everybody who has reacted, with the same emoji: more of them with each call. */
  react(id: number, user: number): void {
    const stored = this.#find(id)
    if (!stored || stored.text === null) return
    const userIds = [...new Set([...(stored.reactions[0]?.userIds ?? []), user])]
    Object.assign(stored, { reactions: [{ emoji: '👍', count: userIds.length, userIds }], changed: ++this.seq })
    this.log.push({ type: 'message_updated', seq: this.seq, message: this.#message(stored) })
  }

  remove(id: number): void {
    const stored = this.#find(id)
    if (!stored || stored.text === null) return
    Object.assign(stored, { text: null, reactions: [], changed: ++this.seq })
    this.log.push({ type: 'message_deleted', seq: this.seq, message: this.#message(stored) })
  }

  read(user: number, id: number): void {
    const member = this.#members.get(user)
    if (member?.left !== null || id <= member.read || !this.#find(id)) return
    Object.assign(member, { read: id, readSeq: ++this.seq, delivered: Math.max(id, member.delivered) })
    this.log.push(this.#readFrame(member))
  }

  deliver(user: number, id: number): void {
    const member = this.#members.get(user)
    if (member?.left !== null || id <= member.delivered || !this.#find(id)) return
    Object.assign(member, { delivered: id, deliveredSeq: ++this.seq })
    this.log.push(this.#deliveredFrame(member))
  }

  join(id: number): void {
    if (this.#members.get(id)?.left === null) return
    const seq = ++this.seq
    const cursors = { read: seq, readSeq: 0, delivered: seq, deliveredSeq: 0 }
    this.#members.set(id, { id, joined: seq, changed: seq, left: null, ...cursors })
    this.log.push({ type: 'member_added', seq, user: this.#participant(this.#members.get(id) as Member) })
  }

  leave(id: number): void {
    const member = this.#members.get(id)
    if (id === ME || member?.left !== null) return
    member.left = member.changed = ++this.seq
    this.left.add(id)
    this.log.push({ type: 'member_removed', seq: this.seq, user: senderOf(id) })
  }

  page({ before = Number.POSITIVE_INFINITY, after = 0, limit }: { before?: number; after?: number; limit: number }) {
    const among = this.#messages.filter(({ id }) => id < before && id > after)
    const found = after > 0 ? among.slice(0, limit) : among.slice(-limit)
    const [first, last] = [found[0]?.id ?? before, found.at(-1)?.id ?? after]
    return {
      messages: found.map((each) => this.#message(each)),
      hasOlder: this.#messages.some(({ id }) => id < first),
      hasNewer: this.#messages.some(({ id }) => id > last),
    }
  }

  detail(): RoomDetail {
    const me = this.#members.get(ME) as Member
    const unread = this.#messages.filter(({ id, sender, text }) => id > me.read && sender !== ME && text !== null)
    return {
      id: 7,
      chatName: 'The Group',
      roomName: 'The Group',
      description: '',
      groupImage: null,
      isGroup: true,
      lastMessage: null,
      unreadCount: unread.length,
      muted: false,
      notify: 'all',
      partnerId: null,
      pinned: false,
      nickname: null,
      createdAt: timeOf(0),
      lastActivity: timeOf(this.seq),
      participants: this.people.map((id) => this.#participant(this.#members.get(id) as Member)),
      admins: [],
      myRole: 'member',
      lastId: this.#messages.at(-1)?.id ?? 0,
    }
  }

  /** What a reconnect with `?after=` receives before `ready`. */
  replay(after: number): RoomFrame[] {
    const frames: { seq: number; frame: RoomFrame }[] = []
    for (const stored of this.#messages) {
      const message = this.#message(stored)
      const type = stored.text === null ? 'message_deleted' : 'message_updated'
      if (stored.id > after) frames.push({ seq: stored.id, frame: { type: 'new_message', seq: stored.id, message } })
      else if (stored.changed > after)
        frames.push({ seq: stored.changed, frame: { type, seq: stored.changed, message } })
    }
    for (const member of this.#members.values()) {
      const { id, joined, changed: seq, left, readSeq, deliveredSeq } = member
      if (seq > after && left !== null) {
        frames.push({ seq, frame: { type: 'member_removed', seq, user: senderOf(id) } })
      } else if (seq > after) {
        const type = joined > after ? 'member_added' : 'member_updated'
        frames.push({ seq, frame: { type, seq, user: this.#participant(member) } })
      }
      if (left !== null) continue
      if (readSeq > after) frames.push({ seq: readSeq, frame: this.#readFrame(member) })
      if (deliveredSeq > after) frames.push({ seq: deliveredSeq, frame: this.#deliveredFrame(member) })
    }
    return frames.sort((a, b) => a.seq - b.seq).map(({ frame }) => frame)
  }

  ready(): RoomFrame {
    const members = [...this.#members.values()].filter(({ left }) => left === null)
    const cursors = members.map(({ id: userId, read, delivered }) => ({ userId, read, delivered }))
    return { type: 'ready', seq: this.seq, roomId: 7, you: ME, online: [], cursors }
  }

  #find(id: number): Stored | undefined {
    return this.#messages.find((each) => each.id === id)
  }

  #participant({ id, joined }: Member): Participant {
    return {
      id,
      username: nameOf(id),
      fullName: nameOf(id),
      profilePic: null,
      isBot: false,
      isAdmin: false,
      role: 'member',
      onlineStatus: false,
      lastSeen: timeOf(0),
      joinedAt: timeOf(joined),
    }
  }

  #message(stored: Stored): Message {
    const { id, sender, text, clientId, edited } = stored
    const audience = [...this.#members.values()].filter(
      (member) => member.left === null && member.id !== sender && member.joined < id,
    )
    const all = (cursor: 'read' | 'delivered') => audience.length > 0 && audience.every((each) => each[cursor] >= id)
    const status: MessageStatus = all('read') ? 'read' : all('delivered') ? 'delivered' : 'sent'
    return {
      id,
      seq: stored.changed,
      roomId: 7,
      sender: senderOf(sender),
      text,
      mentions: [],
      image: null,
      imageWidth: null,
      imageHeight: null,
      imageAlt: null,
      file: null,
      fileName: null,
      fileSize: null,
      replyTo: null,
      replyPreview: null,
      timestamp: timeOf(id),
      editedAt: edited === null ? null : timeOf(edited),
      deleted: text === null,
      clientId,
      reactions: stored.reactions,
      status,
      readStatuses: audience
        .filter(({ read }) => read >= id)
        .map(({ id: reader, readSeq }) => ({
          id: reader,
          user: { id: reader, username: nameOf(reader) },
          timestamp: timeOf(readSeq),
        })),
    }
  }

  #readFrame({ id, read, readSeq }: Member): RoomFrame {
    const reader = { id, username: nameOf(id) }
    return { type: 'message.read', seq: readSeq, messageId: read, reader, readAt: timeOf(readSeq) }
  }

  #deliveredFrame({ id, delivered, deliveredSeq }: Member): RoomFrame {
    return { type: 'message.delivered', seq: deliveredSeq, messageId: delivered, userId: id }
  }
}
