/**
 * C1: what the SDK shows is what REST says. Devices of a few people are driven at random, by the SDK and by REST beside it,
 * while their sockets are cut for a moment or for seconds; after quiet, every open room, list and feed is compared with
 * what the server answers to the same person.
 */
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildClient, OUTPUT } from '../../../scripts/build-client.mjs'
import { startServer } from '../../../scripts/server.ts'
import type { Chat, ChatOptions, Message, Notification, Room, RoomInList, Sidebar } from '../../../src/client/index.ts'
import { Findings } from '../../harness/findings.ts'
import { Random } from '../../harness/random.ts'
import type { Outcome, Trial } from '../../harness/trial.ts'

const OPTIONS = { rounds: 40, steps: 60, rooms: 45 }
type Options = typeof OPTIONS & { seed: number }
type CreateChat = (options: ChatOptions) => Chat

/** Milliseconds: how long nothing may change before it is compared, how long is waited for that, and how often is looked. */
const QUIET = 1_500
const PATIENCE = 30_000
const LOOK = 100

export const c1: Trial<typeof OPTIONS> = {
  title: 'the SDK shows what REST says',
  /** `rounds` of so many `steps`, each followed by a comparison; one person is in so many `rooms`. */
  options: OPTIONS,
  async run(options) {
    await buildClient()
    const { createChat } = (await import(pathToFileURL(path.join(OUTPUT, 'index.js')).href)) as {
      createChat: CreateChat
    }
    const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
    try {
      return await agreement(server.url, createChat, options)
    } finally {
      await server.stop()
    }
  },
}

/** One person with a device that shows, and REST beside it as another device would use it. */
interface Someone {
  name: string
  id: number
  chat: Chat
  network: Network
}

/** The network of one device, which can be cut. */
class Network {
  readonly #sockets = new Set<WebSocket>()
  #isCut = false
  readonly WebSocket: NonNullable<ChatOptions['WebSocket']>

  constructor() {
    const network = this
    this.WebSocket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        if (network.#isCut) throw new Error('There is no network')
        super(url, protocols)
        network.#sockets.add(this)
        this.addEventListener('close', () => network.#sockets.delete(this))
      }
    } as unknown as NonNullable<ChatOptions['WebSocket']>
  }

  /** Loses all sockets, and lets none be made until `mend`. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.close()
  }

  mend(): void {
    this.#isCut = false
  }
}

/** The trial on a server that is there already. */
export async function agreement(
  url: string,
  createChat: CreateChat,
  { seed, rounds, steps, rooms }: Options,
): Promise<Outcome> {
  const findings = new Findings()
  const random = new Random(seed)
  const people: Someone[] = []
  for (const name of ['ana', 'ben', 'cy']) {
    const network = new Network()
    const chat = createChat({ url, WebSocket: network.WebSocket, storage: memory() })
    const username = `${name}_${seed}_${Date.now() % 100_000}`
    const { user } = await chat.auth.register({
      username,
      email: `${username}@parlour.test`,
      password: 'correct horse battery',
    })
    people.push({ name, id: user?.id ?? 0, chat, network })
  }
  const [ana, ben, cy] = people as [Someone, Someone, Someone]
  const group = await ana.chat.rooms.create({ room_name: 'Group', participant_ids: [ben.id, cy.id] })
  const pair = await ana.chat.rooms.direct(ben.id)
  const shared = [group.id, pair.id]
  const long: number[] = []
  for (let n = 0; n < rooms; n++) {
    long.push((await ben.chat.rooms.create({ room_name: `Room ${n}`, participant_ids: [ana.id] })).id)
  }
  for (const { chat } of people) chat.connect()
  for (const someone of people) {
    for (const id of shared) if (id === group.id || someone !== cy) await someone.chat.room(id).open({ limit: 20 })
  }
  await until(() => ana.chat.sidebar.getSnapshot().rooms.length > 0)
  while (await ana.chat.sidebar.loadOlder());
  const scene = { findings, random, people, group: group.id, pair: pair.id, long }
  try {
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < steps; step++) {
        await act(scene)
        if (random.next() < 0.3) await pause(random.between(0, 60))
      }
      for (const { network, chat } of people) {
        network.mend()
        chat.connect()
      }
      await compare(scene, round)
    }
  } finally {
    for (const { chat } of people) chat.close()
  }
  return findings.outcome()
}

interface Scene {
  findings: Findings
  random: Random
  people: Someone[]
  group: number
  pair: number
  long: number[]
}

/** Does one thing, whether or not it is allowed: who is not in the room, or edits what is deleted, is refused. */
async function act({ findings, random, people, group, pair, long }: Scene): Promise<void> {
  const who = random.pick(people)
  const [first, second] = people as [Someone, Someone]
  const id = random.next() < 0.7 ? group : pair
  const room = who.chat.room(id)
  const rest = who.chat.api
  const at = `/chatrooms/${id}/`
  const shown = room.getSnapshot().messages.filter((message) => message.id !== null)
  const mine = shown.filter((message) => message.mine)
  const one = shown.length > 0 ? random.pick(shown).id : null
  const own = mine.length > 0 ? random.pick(mine).id : null
  const text = `text ${random.between(0, 10_000)}`
  const far = random.pick(long)
  const settings = [
    { nickname: random.next() < 0.5 ? `Mine ${random.between(0, 99)}` : null },
    { notify: random.pick(['all', 'mentions', 'nothing'] as const) },
    { pinned: random.next() < 0.3 },
  ]
  const acts: [weight: number, name: string, act: () => unknown][] = [
    [14, 'sent', () => void room.send({ text }).catch(() => undefined)],
    [8, 'answered', () => one && room.send({ text, replyTo: one }).catch(() => undefined)],
    [4, 'mentioned', () => rest.post(`${at}messages/`, { content: `@${first.chat.auth.user?.username} ${text}` })],
    [8, 'edited', () => own && rest.patch(`${at}messages/${own}/`, { content: `${text}, edited` })],
    [4, 'edited by the SDK', () => own && room.edit(own, `${text}, edited here`)],
    [8, 'deleted', () => own && rest.delete(`${at}messages/${own}/`)],
    [3, 'reacted', () => one && room.react(one, random.pick(['👍', '🎉']))],
    [6, 'read', () => room.markRead()],
    [4, 'renamed', () => rest.patch('/profile/', { first_name: `Name ${random.between(0, 999)}` })],
    [6, 'set by another device', () => rest.patch(`/chatrooms/${random.pick([id, far])}/me/`, random.pick(settings))],
    [3, 'room renamed', () => rest.patch(`/chatrooms/${group}/`, { room_name: `Group ${random.between(0, 99)}` })],
    [
      2,
      'taken out',
      () => first.chat.api.post(`/chatrooms/${group}/remove_member/`, { user_id: random.pick(people).id }),
    ],
    [
      5,
      'put back',
      () => first.chat.api.post(`/chatrooms/${group}/add_members/`, { users: people.map((each) => each.id) }),
    ],
    [4, 'said far down', () => second.chat.api.post(`/chatrooms/${far}/messages/`, { content: text })],
    [1, 'far room left', () => first.chat.api.post(`/chatrooms/${far}/leave_room/`)],
    [4, 'notifications read', () => rest.post('/notifications/mark_all_read/')],
    [3, 'notification removed', () => removeNotification(who, random)],
    [4, 'older loaded', () => random.pick([room, who.chat.sidebar, who.chat.notifications]).loadOlder()],
    [6, 'cut', () => who.network.cut()],
    [8, 'mended', () => who.network.mend()],
  ]
  const [, name, chosen] = random.pick(acts.flatMap((each) => Array.from({ length: each[0] }, () => each)))
  // Loading while there is no network waits, and so would this.
  const done = Promise.resolve()
    .then(chosen)
    .then(
      () => findings.count(name),
      () => findings.count('refused'),
    )
  await Promise.race([done, pause(1_000)])
}

async function removeNotification({ chat }: Someone, random: Random): Promise<void> {
  const all = await chat.api.get<Notification[]>('/notifications/')
  if (all.length > 0) await chat.notifications.remove(random.pick(all).id)
}

/** Compares everything once it has come to rest. A difference that goes away by itself within the time was none. */
async function compare({ findings, people, group, pair }: Scene, round: number): Promise<void> {
  let differences: string[] = []
  const end = Date.now() + PATIENCE
  await pause(QUIET)
  do {
    differences = []
    for (const someone of people) {
      for (const id of [group, pair]) differences.push(...(await inRoom(someone, id)))
      differences.push(...(await inLists(someone)))
    }
    if (differences.length > 0) await pause(LOOK * 5)
  } while (differences.length > 0 && Date.now() < end)
  findings.count('comparisons')
  for (const difference of differences.slice(0, 5)) findings.fail(`round ${round}: ${difference}`)
}

async function inRoom({ name, chat }: Someone, id: number): Promise<string[]> {
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

async function inLists({ name, chat }: Someone): Promise<string[]> {
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

function memory(): NonNullable<ChatOptions['storage']> {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo() && waited < PATIENCE; waited += LOOK) await pause(LOOK)
}
