/**
 * C1: what the SDK shows is what REST says. Devices of a few people are driven at random, by the SDK and by REST beside it,
 * while their sockets are cut for a moment or for seconds; after quiet, every open room, list and feed is compared with
 * what the server answers to the same person.
 */
import { startServer } from '../../../scripts/server.ts'
import type { Chat, ChatOptions, Notification } from '../../../src/client/index.ts'
import type { Notifications } from '../../../src/client/notifications.ts'
import { Random } from '../../harness/random.ts'
import { loadSdk, type Sdk } from '../../harness/sdk.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Outcome, type Trial } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'
import { listDifferences, roomDifferences } from './sdk-differences.ts'

const OPTIONS = { rounds: 40, steps: 60, rooms: 45 }
type Options = typeof OPTIONS & { seed: number }

/** Milliseconds: how long nothing may change before it is compared, how long is waited for that, and how often is looked. */
const QUIET = 1_500
const PATIENCE = 30_000
const LOOK = 100

export const c1: Trial<typeof OPTIONS> = {
  title: 'the SDK shows what REST says',
  /** `rounds` of so many `steps`, each followed by a comparison; one person is in so many `rooms`. */
  options: OPTIONS,
  short: { rounds: 1, steps: 60, rooms: 37 },
  async run(options) {
    const sdk = await loadSdk()
    const server = await startServer({ entry: LIGHT, vars: { RATE_LIMITS: 'off' } })
    try {
      return await agreement(server.url, sdk, options)
    } finally {
      await server.stop()
    }
  },
}

/** One person with a device that shows, and REST beside it as another device would use it. */
export interface SdkUser {
  name: string
  id: number
  chat: Chat
  notifications: Notifications
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
  { createChat, accountsOf, roomsOf, notificationsOf }: Sdk,
  { seed, rounds, steps, rooms }: Options,
): Promise<Outcome> {
  const findings = new Findings()
  const random = new Random(seed)
  const people: SdkUser[] = []
  for (const name of ['ana', 'ben', 'cy']) {
    const network = new Network()
    const chat = createChat({ url, WebSocket: network.WebSocket, storage: memory() })
    const username = `${name}_${seed}_${Date.now() % 100_000}`
    const { user } = await accountsOf(chat).register({
      username,
      email: `${username}@parlour.test`,
      password: 'correct horse battery',
    })
    people.push({ name, id: user?.id ?? 0, chat, notifications: notificationsOf(chat), network })
  }
  const [ana, ben, cy] = people as [SdkUser, SdkUser, SdkUser]
  const group = await roomsOf(ana.chat).create({ roomName: 'Group', participantIds: [ben.id, cy.id] })
  const pair = await roomsOf(ana.chat).direct(ben.id)
  const shared = [group.id, pair.id]
  const long: number[] = []
  for (let n = 0; n < rooms; n++) {
    long.push((await roomsOf(ben.chat).create({ roomName: `Room ${n}`, participantIds: [ana.id] })).id)
  }
  for (const { chat } of people) chat.connect()
  for (const someone of people) {
    for (const id of shared) if (id === group.id || someone !== cy) await someone.chat.room(id).open({ limit: 20 })
  }
  await until(() => ana.chat.roomList.getSnapshot().rooms.length > 0, PATIENCE, LOOK)
  while (await ana.chat.roomList.loadOlder());
  const scenario = { findings, random, people, group: group.id, pair: pair.id, long }
  try {
    for (let round = 0; round < rounds; round++) {
      for (let step = 0; step < steps; step++) {
        await act(scenario)
        if (random.next() < 0.3) await pause(random.between(0, 60))
      }
      for (const { network, chat } of people) {
        network.mend()
        chat.connect()
      }
      await compare(scenario, round)
    }
  } finally {
    for (const { chat } of people) chat.close()
  }
  return findings.outcome()
}

interface Scenario {
  findings: Findings
  random: Random
  people: SdkUser[]
  group: number
  pair: number
  long: number[]
}

/** Does one thing, whether or not it is allowed: who is not in the room, or edits what is deleted, is refused. */
async function act({ findings, random, people, group, pair, long }: Scenario): Promise<void> {
  const who = random.pick(people)
  const [first, second] = people as [SdkUser, SdkUser]
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
    [4, 'mentioned', () => rest.post(`${at}messages/`, { text: `@${first.chat.auth.user?.username} ${text}` })],
    [8, 'edited', () => own && rest.patch(`${at}messages/${own}/`, { text: `${text}, edited` })],
    [4, 'edited by the SDK', () => own && room.edit(own, `${text}, edited here`)],
    [8, 'deleted', () => own && rest.delete(`${at}messages/${own}/`)],
    [3, 'reacted', () => one && room.react(one, random.pick(['👍', '🎉']))],
    [6, 'read', () => room.markRead()],
    [4, 'renamed', () => rest.patch('/profile/', { firstName: `Name ${random.between(0, 999)}` })],
    [6, 'set by another device', () => rest.patch(`/chatrooms/${random.pick([id, far])}/me/`, random.pick(settings))],
    [3, 'room renamed', () => rest.patch(`/chatrooms/${group}/`, { roomName: `Group ${random.between(0, 99)}` })],
    [
      2,
      'taken out',
      () => first.chat.api.post(`/chatrooms/${group}/remove_member/`, { userId: random.pick(people).id }),
    ],
    [
      5,
      'put back',
      () => first.chat.api.post(`/chatrooms/${group}/add_members/`, { users: people.map((each) => each.id) }),
    ],
    [4, 'said far down', () => second.chat.api.post(`/chatrooms/${far}/messages/`, { text: text })],
    [1, 'far room left', () => first.chat.api.post(`/chatrooms/${far}/leave_room/`)],
    [4, 'notifications read', () => rest.post('/notifications/mark_all_read/')],
    [3, 'notification removed', () => removeNotification(who, random)],
    [4, 'older loaded', () => random.pick([room, who.chat.roomList, who.notifications]).loadOlder()],
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

async function removeNotification({ chat, notifications }: SdkUser, random: Random): Promise<void> {
  const all = await chat.api.get<Notification[]>('/notifications/')
  if (all.length > 0) await notifications.remove(random.pick(all).id)
}

/** Compares everything once it has come to rest. A difference that goes away by itself within the time was none. */
async function compare({ findings, people, group, pair }: Scenario, round: number): Promise<void> {
  let differences: string[] = []
  const end = Date.now() + PATIENCE
  await pause(QUIET)
  do {
    differences = []
    for (const someone of people) {
      for (const id of [group, pair]) differences.push(...(await roomDifferences(someone, id)))
      differences.push(...(await listDifferences(someone)))
    }
    if (differences.length > 0) await pause(LOOK * 5)
  } while (differences.length > 0 && Date.now() < end)
  findings.count('comparisons')
  for (const difference of differences.slice(0, 5)) findings.fail(`round ${round}: ${difference}`)
}

function memory(): NonNullable<ChatOptions['storage']> {
  const items = new Map<string, string>()
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  }
}
