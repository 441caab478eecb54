/**
 * R7: what is owed to neighbours that fail, by actors that do not live to see it delivered.
 *
 * Three in ten calls to sidebars, feeds and the directory are lost, or their answers are; some callers are killed in
 * the call, for the first five seconds of each change. The clock is put forward in small steps, ringing what alarms are
 * due, until lists, notifications and directory have it. Everything must get there once, and within ten seconds.
 */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, vi } from 'vitest'
import {
  type Answer,
  done,
  type Frame,
  feedActor,
  forward,
  get,
  group,
  patch,
  post,
  presentTime,
  roomActor,
  type Someone,
  sidebarActor,
} from '../../test/support/world'
import { Random } from '../harness/random.ts'
import { accounts } from './accounts'
import { CallFaults } from './call-faults'
import { trial } from './trial'
import { ListWindow } from './windows'

/** Of a hundred calls. */
const FAILING = 30
const KILLING = 5
/** In milliseconds of the clock that is put forward. */
const STEP = 250
const SOON = 10_000
const NEVER = 60_000
/** The faults of each change goes on for this long: with luck as bad as it can be, all tries fail until then. */
const FAULTS_LAST = 5_000

afterAll(() => {
  vi.restoreAllMocks()
  presentTime()
})

const NAMES = ['ada', 'bob', 'cy', 'dee'] as const
type Name = (typeof NAMES)[number]

interface Announced {
  who: Name
  subject: string
  /** Of a subject that is announced again: which of its announcements must be there, or a later one. */
  version?: number | undefined
}

/** A group, the people in it and out of it, and everything that was announced there. */
interface Scenario {
  people: Record<Name, Someone>
  room: Frame
  /** What must be announced to somebody, once. */
  announced: Announced[]
  /** How often dee was put into the room. */
  invited: number
  sent: string[]
}

interface Member {
  user_id: number
  role: string
  left_at: number | null
  joined_seq: number
  read_to: number
}

/** What the room itself has on disk. */
const roomOf = (scenario: Scenario) =>
  runInDurableObject(roomActor(scenario.room), (_, { storage: { sql } }) => {
    const members = sql.exec('SELECT user_id, role, left_at, joined_seq, read_to FROM members').toArray()
    const [room] = sql.exec<{ name: string }>('SELECT name FROM room').toArray()
    const messages = sql
      .exec<{ id: number; sender_id: number; client_id: string | null; deleted_at: number | null }>(
        'SELECT id, sender_id, client_id, deleted_at FROM messages',
      )
      .toArray()
    return { name: room?.name, members: members as unknown as Member[], messages }
  })

type Room = Awaited<ReturnType<typeof roomOf>>

/** What somebody's list must show of it: null when they are not in it. */
function lineOf({ name, members, messages }: Room, user: number) {
  const me = members.find((member) => member.user_id === user && member.left_at === null)
  if (!me) return null
  const standing = messages.filter(({ deleted_at }) => deleted_at === null)
  const unread = standing.filter(({ id, sender_id }) => id > me.read_to && sender_id !== user).length
  return { name, unread, last: Math.max(0, ...standing.map(({ id }) => id)) }
}

/** What is still missing somewhere, or too much. */
async function missing(scenario: Scenario): Promise<string[]> {
  const room = await roomOf(scenario)
  const found: string[] = []
  for (const name of NAMES) {
    const who = scenario.people[name]
    const should = JSON.stringify(lineOf(room, who.id))
    const is = await runInDurableObject(sidebarActor(who), (_, { storage: { sql } }) => {
      const [row] = sql
        .exec<{ name: string; unread: number; last_message: string | null }>(
          'SELECT name, unread, last_message FROM rooms WHERE room_id = ? AND gone = 0',
          scenario.room.id,
        )
        .toArray()
      if (!row) return 'null'
      const { name, unread, last_message } = row
      return JSON.stringify({ name, unread, last: last_message === null ? 0 : JSON.parse(last_message).id })
    })
    if (is !== should) found.push(`the list of ${name} has ${is}, not ${should}`)
  }
  for (const { who, subject, version } of scenario.announced) {
    const rows = await runInDurableObject(feedActor(scenario.people[who]), (_, { storage: { sql } }) =>
      sql
        .exec<{ count: number; as_of: number }>('SELECT count, as_of FROM notifications WHERE subject = ?', subject)
        .toArray(),
    )
    const times = rows.reduce((sum, { count }) => sum + count, 0)
    // What is announced again before it was told is told once.
    const most = version === undefined ? 1 : scenario.invited
    if (times < 1 || times > most || rows.length > 1) found.push(`${subject} was announced to ${who} ${times} times`)
    const known = rows[0]?.as_of ?? 0
    if (version !== undefined && known < version) found.push(`${who} knows ${subject} of ${known}, not ${version}`)
  }
  const { results } = await env.DIRECTORY.prepare(
    'SELECT m.user_id, m.role, r.name FROM memberships m JOIN rooms r ON r.id = m.room_id WHERE m.room_id = ? AND m."left" = 0',
  )
    .bind(scenario.room.id)
    .all<{ user_id: number; role: string; name: string }>()
  const indexed = results.map(({ user_id, role, name }) => `${user_id} ${role} ${name}`).sort()
  const actual = room.members
    .filter(({ left_at }) => left_at === null)
    .map(({ user_id, role }) => `${user_id} ${role} ${room.name}`)
    .sort()
  if (indexed.join() !== actual.join()) found.push(`the directory has ${indexed}, not ${actual}`)
  return found
}

/** Rings those alarms that are due by the clock that was put forward. */
async function ring(scenario: Scenario): Promise<void> {
  const actors = [roomActor(scenario.room), ...NAMES.map((name) => sidebarActor(scenario.people[name]))]
  for (const actor of actors as DurableObjectStub[]) {
    const due = await runInDurableObject(actor, (_, { storage }) => storage.getAlarm())
    if (due !== null && due <= Date.now()) await runDurableObjectAlarm(actor).catch(() => undefined)
  }
}

/** Until it is known to be done: whoever was killed on the way is asked again, and doing it twice changes nothing. */
async function retry(ask: () => Promise<Answer>): Promise<Frame> {
  for (let times = 0; times < 50; times++) {
    const { status, body } = await ask().catch(() => ({ status: 503, body: {} }))
    if (status < 300) return body
    if (status < 500) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`)
  }
  throw new Error('Never answered')
}

async function change(scenario: Scenario, random: Random, n: number): Promise<void> {
  const { people, room } = scenario
  const path = `/api/chatrooms/${room.id}/`
  const sender = random.pick(['ada', 'bob'] as const)
  const chance = random.next()
  if (chance < 0.6) {
    const mentioned = random.pick(['bob', 'cy'] as const)
    const mention = chance < 0.3 && mentioned !== sender
    const client_id = `r7-${n}`
    const content = mention ? `${n} @${people[mentioned].username}` : `${n}`
    const { id } = await retry(() => post(people[sender], `${path}messages/`, { content, client_id }))
    scenario.sent.push(client_id)
    if (mention) scenario.announced.push({ who: mentioned, subject: `mention:${room.id}:${id}` })
  } else if (chance < 0.75) {
    const { messages } = await roomOf(scenario)
    const last = messages.at(-1)
    if (last) await retry(() => post(people.cy, `${path}messages/${last.id}/mark_as_read/`))
  } else if (chance < 0.85) {
    await retry(() => patch(people.ada, path, { room_name: `Name ${n}` }))
  } else {
    const isIn = (room: Room) => room.members.find(({ user_id }) => user_id === people.dee.id)
    const before = isIn(await roomOf(scenario))
    if (before && before.left_at === null) {
      // Said twice, the second time there is nobody to put out: that is known to be done, too.
      await retry(async () => {
        const answer = await post(people.ada, `${path}remove_member/`, { user_id: people.dee.id })
        return answer.status === 404 ? { ...answer, status: 200 } : answer
      })
    } else {
      await retry(() => post(people.ada, `${path}add_members/`, { users: [people.dee.id] }))
      const after = isIn(await roomOf(scenario))
      scenario.invited += 1
      scenario.announced.push({ who: 'dee', subject: `room_invite:${room.id}`, version: after?.joined_seq })
    }
  }
}

/** Somebody whose sidebar was killed comes back. */
async function comeBack(windows: ListWindow[]): Promise<void> {
  for (const window of windows) if (window.line.ended) await window.comeBack()
}

trial('R7', async ({ seed, changes }) => {
  const random = new Random(seed)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const people = await accounts('r7', ...NAMES)
  const room = await group(people.ada, [people.bob, people.cy])
  const scenario: Scenario = { people, room, announced: [], invited: 0, sent: [] }
  // Looked at all the time: nobody's list follows only because it was asked for.
  const windows = NAMES.map((name) => new ListWindow(people[name]))
  for (const window of windows) await window.open()
  const faults = new CallFaults(random.fork(), FAILING, KILLING)
  const took: number[] = []
  const cases: string[] = []
  for (let n = 0; n < changes && cases.length < 3; n++) {
    faults.isOn = true
    await faults.whileKilling(change(scenario, random, n))
    let waited = 0
    let still = await missing(scenario)
    while (still.length > 0 && waited < NEVER) {
      forward(STEP)
      waited += STEP
      faults.isOn = waited < FAULTS_LAST
      await ring(scenario)
      await comeBack(windows)
      still = await missing(scenario)
    }
    took.push(waited)
    if (still.length > 0) cases.push(`change ${n}: after ${NEVER / 1_000} s ${still.join('; ')}`)
    // What was announced once is not counted again, or the trial would grow with its length squared.
    if (scenario.announced.length > 6) scenario.announced.splice(0, 3)
  }
  faults.isOn = false
  cases.push(...(await settled(scenario, windows)))
  const late = took.filter((time) => time > SOON).length
  if (late > 0) cases.push(`${late} of ${took.length} took longer than ${SOON / 1_000} s`)
  const sorted = took.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) / 1_000
  const figures = {
    changes: took.length,
    calls: faults.calls,
    'calls that failed': faults.failed,
    'callers killed': faults.kills,
    's until everywhere, median': at(0.5),
    's until everywhere, 99 of 100': at(0.99),
    's until everywhere, worst': at(1),
    'later than 10 s': late,
  }
  return { figures, cases }
})

/** When nothing fails any more: what is told is what is read anew, and nothing was stored or announced twice. */
async function settled(scenario: Scenario, windows: ListWindow[]): Promise<string[]> {
  const cases: string[] = []
  for (let n = 0; n < 40; n++) {
    forward(STEP)
    await ring(scenario)
  }
  await comeBack(windows)
  for (const window of windows) cases.push(...(await window.compare()))
  const { messages } = await roomOf(scenario)
  const stored = messages.map(({ client_id }) => client_id)
  if (stored.join() !== scenario.sent.join()) cases.push(`sent ${scenario.sent.length}, stored ${stored.length}`)
  for (const name of NAMES) {
    const notifications: Frame[] = (await done(
      get(scenario.people[name], '/api/notifications/?limit=1000') as Promise<Answer>,
    )) as never
    const open = notifications.filter((each) => each.notification_type === 'new_message' && !each.is_read)
    const line = lineOf(await roomOf(scenario), scenario.people[name].id)
    const counted = open.reduce((sum, { count }) => sum + count, 0)
    if (counted !== (line?.unread ?? 0))
      cases.push(`${name} has ${line?.unread ?? 0} unread and was notified of ${counted}`)
    const about = notifications
      .filter((each) => each.notification_type === 'mention')
      .map(({ message_id }) => message_id)
    if (new Set(about).size !== about.length) cases.push(`${name} was told of a mention twice`)
  }
  for (const window of windows) await window.shut()
  return cases
}
