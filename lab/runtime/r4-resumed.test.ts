/**
 * R4: coming back after any absence, while others write.
 *
 * A witness stays connected and hears everything. Somebody who knew what the witness knew at some moment comes back
 * with that moment's `seq`: what they are then told, together with what they knew, must be what the witness has come
 * to, in ascending order, nothing twice and nothing that need not be told.
 */
import { connect, done, type Frame, group, type Line, patch, post, type Someone } from '../../test/support/world'
import { Random } from '../harness/random.ts'
import { accounts } from './accounts'
import { trial } from './trial'

/** Where chunks and pages may begin and end. */
const EDGES = [0, 1, 2, 499, 500, 501, 999, 1_000, 1_001]
/** In milliseconds, for as many missed events as there are. */
const AT_MOST = 3_000

interface Actors {
  ada: Someone
  bob: Someone
  cy: Someone
  dee: Someone
}

/** A client's knowledge of a room, by what each fact is about, and the seq at which it became so. */
type Known = Map<string, { seq: number; says: string }>

/** What an event is about, and what it says of it; nothing for what does not change the room. */
function fact(frame: Frame): { about: string; says: string } | undefined {
  switch (frame.type) {
    case 'new_message':
    case 'message_updated':
    case 'message_deleted': {
      const { id, content, deleted, edited_at, sender } = frame.message
      return { about: `message ${id}`, says: JSON.stringify([sender.id, content, deleted, edited_at]) }
    }
    case 'member_added':
    case 'member_updated':
      return { about: `member ${frame.user.id}`, says: `in as ${frame.user.role}` }
    case 'member_removed':
      return { about: `member ${frame.user.id}`, says: 'out' }
    case 'message.read':
      return { about: `read ${frame.reader.id}`, says: `${frame.message_id}` }
    case 'message.delivered':
      return { about: `delivered ${frame.user_id}`, says: `${frame.message_id}` }
    case 'room_updated':
      return { about: 'room', says: `${frame.room.room_name} ${frame.room.description}` }
    default:
      return undefined
  }
}

const isEvent = ({ type, seq }: Frame) => seq !== undefined && type !== 'ready' && type !== 'message.ack'

function learn(known: Known, frames: Frame[]): Known {
  for (const frame of frames) {
    const received = fact(frame)
    if (received) known.set(received.about, { seq: frame.seq, says: received.says })
  }
  return known
}

/** Something of every kind, in no order; most of it messages. */
class RandomEvents {
  readonly #random: Random
  readonly #room: Frame
  readonly #people: Actors
  readonly #lines: Record<'ada' | 'bob', Line>
  readonly ids: number[] = []
  #isDeeIn = false
  #isDeeAdmin = false
  done = 0

  constructor(random: Random, room: Frame, people: Actors, lines: Record<'ada' | 'bob', Line>) {
    this.#random = random
    this.#room = room
    this.#people = people
    this.#lines = lines
  }

  async event(): Promise<void> {
    const random = this.#random
    const who = random.pick(['ada', 'bob'] as const)
    const line = this.#lines[who]
    const id = this.ids.length === 0 ? undefined : this.#someId()
    const chance = random.next()
    this.done += 1
    if (id === undefined || chance < 0.7) return this.#say(line)
    // Only one's own can be edited; ada, who runs the room, may delete any.
    if (chance < 0.8) line.send({ type: 'edit_message', message_id: id, content: `edited ${this.done}` })
    else if (chance < 0.85) this.#lines.ada.send({ type: 'delete_message', message_id: id })
    else if (chance < 0.92) line.send({ type: 'read_message', message_id: id, ref: this.done })
    else if (chance < 0.97) line.send({ type: 'delivered', message_id: id, ref: this.done })
    else await this.#rare()
  }

  #say(line: Line): void {
    line.send({ type: 'send_message', content: `said ${this.done}` })
  }

  /** Who is in it, as what, and what it is called. */
  async #rare(): Promise<void> {
    const { ada, dee } = this.#people
    const path = `/api/chatrooms/${this.#room.id}/`
    if (this.#random.next() < 0.3) {
      await done(patch(ada, path, { room_name: `Name ${this.done}` }))
    } else if (!this.#isDeeIn) {
      await done(post(ada, `${path}add_members/`, { users: [dee.id] }))
      this.#isDeeIn = true
      this.#isDeeAdmin = false
    } else if (this.#random.next() < 0.5) {
      await done(post(ada, `${path}${this.#isDeeAdmin ? 'revoke' : 'assign'}_admin/`, { user_id: dee.id }))
      this.#isDeeAdmin = !this.#isDeeAdmin
    } else {
      await done(post(ada, `${path}remove_member/`, { user_id: dee.id }))
      this.#isDeeIn = false
    }
  }

  /** Mostly of late, sometimes from long ago. */
  #someId(): number {
    const from = this.#random.next() < 0.7 ? Math.max(0, this.ids.length - 20) : 0
    return this.ids[this.#random.between(from, this.ids.length - 1)] as number
  }
}

/** Hears everything, and tells the others which messages there are. */
function listen(witness: Line, bustle: RandomEvents): () => Frame[] {
  let taken = 0
  return () => {
    for (const frame of witness.frames.slice(taken)) {
      if (frame.type === 'new_message') bustle.ids.push(frame.message.id)
    }
    taken = witness.frames.length
    return witness.frames.filter(isEvent)
  }
}

/** What is wrong with what somebody was told who came back with `after`, and then heard until `end`. */
function judge(events: Frame[], told: Frame[], after: number, start: number): string[] {
  const wrong: string[] = []
  let last = after
  for (const { type, seq } of told) {
    if (seq <= last) wrong.push(`${type} ${seq} came after ${last}`)
    last = Math.max(last, seq)
  }
  const before = learn(
    new Map(),
    events.filter(({ seq }) => seq <= after),
  )
  const whole = learn(new Map(), events)
  const now = learn(new Map(before), told)
  for (const [about, { says }] of whole) {
    if (/^(read|delivered) /.test(about)) continue
    const known = now.get(about)?.says
    if (known !== says) wrong.push(`${about} is ${says}, and they know ${known}`)
  }
  for (const about of now.keys()) if (!whole.has(about)) wrong.push(`${about} never was`)
  // How far those have come who are in the room: what is read has been received, and need not be told twice.
  const come = (known: Known, kind: string, user: string) => Number(known.get(`${kind} ${user}`)?.says ?? 0)
  for (const [about, { says }] of whole) {
    const [, user] = /^member (\d+)$/.exec(about) ?? []
    if (user === undefined || says === 'out') continue
    const received = (known: Known) => Math.max(come(known, 'read', user), come(known, 'delivered', user))
    if (come(now, 'read', user) !== come(whole, 'read', user))
      wrong.push(`${user} has read another message than they know`)
    if (received(now) !== received(whole)) wrong.push(`${user} has received another message than they know`)
  }
  // Of what was missed, each fact is told once: only what changed since they came back is told again. Of reading, each
  // step is a fact of its own: it says when.
  const late = told.filter(({ seq }) => seq <= start).map(fact)
  const missed = new Set(late.map((known) => known?.about))
  const distinct = new Set(
    late.map((known) => (known?.about.startsWith('read ') ? JSON.stringify(known) : known?.about)),
  )
  const repeated = late.length - distinct.size
  if (repeated > 0) wrong.push(`${repeated} facts were told more than once`)
  for (const about of missed) {
    const changed = whole.get(about ?? '')
    if (changed && changed.seq <= after) wrong.push(`${about} was told and had not changed`)
  }
  return wrong
}

trial('R4', async ({ seed, events: count, resumes }) => {
  const random = new Random(seed)
  const people = await accounts('r4', 'ada', 'bob', 'cy', 'dee')
  const { ada, bob, cy } = people
  const room = await group(ada, [bob, cy])
  const path = `/ws/chat/${room.id}/?after=0`
  const witness = await connect(cy, path)
  await witness.next('ready')
  const lines = { ada: await connect(ada, path), bob: await connect(bob, path) }
  const bustle = new RandomEvents(random, room, people, lines)
  const received = listen(witness, bustle)
  const batch = async (size: number) => {
    for (let n = 0; n < size; n++) {
      await bustle.event()
      if (n % 100 === 99) await settle()
    }
    await settle()
  }
  const settle = async () => {
    for (const line of [lines.ada, lines.bob, witness]) await line.answer({ type: 'stop_typing' })
    received()
  }
  while (received().length < count) await batch(Math.min(500, count))

  const cases: string[] = []
  const times: number[] = []
  let most = 0
  let during = 0
  let slowest = 0
  const absences = [...EDGES, count, ...Array.from({ length: resumes }, () => random.between(0, count))]
  for (const absence of absences.filter((each) => each <= count)) {
    const events = received()
    const after = absence >= events.length ? 0 : (events.at(-1 - absence)?.seq ?? 0)
    const start = events.at(-1)?.seq as number
    const began = performance.now()
    const coming = connect(bob, `/ws/chat/${room.id}/?after=${after}`)
    // Others go on meanwhile.
    const busy = batch(10)
    const line = await coming
    await line.until('ready', () => line.frames.find(({ type }) => type === 'ready'))
    const took = performance.now() - began
    await busy
    await line.answer({ type: 'stop_typing' })
    await settle()
    const told = line.frames.filter(isEvent)
    most = Math.max(most, told.length)
    during += received().length - events.length
    times.push(took)
    if (absence >= count * 0.99) slowest = Math.max(slowest, took)
    const wrong = judge(received(), told, after, start)
    if (wrong.length > 0)
      cases.push(`back after ${absence} events, with ${after} of ${start}: ${wrong.slice(0, 5).join('; ')}`)
    if (cases.length > 5) break
    line.close()
  }
  if (slowest > AT_MOST) cases.push(`${count} missed events took ${Math.round(slowest)} ms, more than ${AT_MOST}`)
  const figures = {
    'events of all kinds': received().length,
    resumes: times.length,
    'events told in one resume, at most': most,
    'events while resuming': during,
    'ms until ready, median': Math.round(times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0),
    'ms until ready, all missed': Math.round(slowest),
  }
  return { figures, cases }
})
