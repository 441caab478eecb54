/**
 * S11: the limits, at the figures that `GET /api/limits/` documents. Each is run into from outside; what is let through
 * is as many as documented and as many again as time has given back meanwhile; then 429, `Retry-After`, and after that wait
 * one more. After a pause in which idle actors leave memory, each is tried again: only what the time has given back is let
 * through. What goes over sockets goes over those of several rooms at once.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { startTried } from './door.ts'
import { each, Findings } from './findings.ts'
import type { Trial } from './trial.ts'
import { type Answer, type Person, Visitor } from './visitor.ts'

const OPTIONS = { slow: 1 }
/** Waits that are kept; longer ones are only read, in seconds. */
const WAITED = 2
const WIDTH = 16
/** Refusals that are enough to look at, and the multiple of the limit at which they must have come. */
const ENOUGH = 10
const MOST = 5
/** Frames under way at once over one socket. */
const HUNDRED = 100
/** Acts of a class that one room may let through before it has asked. */
const AHEAD = 3
/** Rooms that one person has open at once. */
const ROOMS = 3
/** Longer than an idle actor stays in memory, in milliseconds. */
const QUIET = 11_000
/** Times a second that are given back at most where a second burst tells anything: others are full again by then. */
const TELLING = 0.7
/** Rates that no request is refused by: of coming online and going beyond it, others are not told at once. */
const SILENT = ['presence']

interface Rate {
  limit: number
  /** In seconds. */
  per: number
}

/** One thing that is limited: `ask` does it once more, counted wherever it is counted. */
interface Limited {
  rate: string
  /** What an answer within the limit says. */
  within: number
  ask(n: number): Promise<Answer>
  /** Takes so long each time, or is allowed so often, that the short form does without. */
  slow?: true
  /** One after another: each depends on what became of the one before. */
  inTurn?: true
  /** How many of the documented units each takes, where that is not one, and how many units other things took. */
  takes?: number
  besides?: number
  /** Seconds for which it waits for its turn rather than being refused. */
  patience?: number
}

/** A limit that has been run into: when (ms, `performance.now()`), and what to try again. */
interface Spent {
  what: string
  limited: Limited
  rate: Rate
  at: number
}

export const s11: Trial<typeof OPTIONS> = {
  title: 'the limits at their documented figures',
  /** `slow`: 1 to include those that take minutes. */
  options: OPTIONS,
  async run({ slow }) {
    const server = await startTried({ deployed: true })
    try {
      await server.lightPasswords()
      const visitor = new Visitor(server.url)
      const boss = await visitor.register('boss')
      await server.makeStaff(boss.id)
      const findings = new Findings()
      const { rates } = await visitor.done('GET', '/api/limits/')
      const tried = new Set<string>()
      const spent: Spent[] = []
      for (const [what, limited] of Object.entries({
        ...(await everything(visitor)),
        ...(await acts(visitor, boss)),
      })) {
        tried.add(limited.rate)
        if (limited.slow && !slow) continue
        const rate = rates[limited.rate] as Rate
        await exhaust(what, limited, rate, findings)
        spent.push({ what, limited, rate, at: performance.now() })
      }
      for (const rate of await overSockets(visitor, rates, findings)) tried.add(rate)
      findings.expect(
        'documented rates that nobody runs into here',
        Object.keys(rates).filter((name) => !tried.has(name) && !SILENT.includes(name)),
        [],
      )
      await pause(QUIET)
      for (const each of spent.filter(({ rate }) => rate.limit / rate.per <= TELLING)) await again(each, findings)
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

let networks = 0
/** Another network each time, a /24 of its own: counts by network do not get in each other's way. */
const elsewhere = () => ({ 'cf-connecting-ip': `198.${++networks >> 8}.${networks & 255}.1` })

async function everything(visitor: Visitor): Promise<Record<string, Limited>> {
  const ana = await visitor.register('ana')
  const ben = await visitor.register('ben')
  const room = await visitor.group(ana, ben)
  const { id: said } = await visitor.done('POST', `/api/chatrooms/${room}/messages/`, {
    access: ana.access,
    body: { content: 'A hat?' },
  })
  let isGiven = false
  const [one, two, three, four, five, six] = Array.from({ length: 6 }, elsewhere)
  const as = (who: Person) => ({ access: who.access })
  const login = (identifier: string, headers: Record<string, string> | undefined) =>
    visitor.ask('POST', '/api/login/', { headers: headers ?? {}, body: { identifier, password: 'wrong' } })
  const forgot = (email: string, headers: Record<string, string> | undefined) =>
    visitor.ask('POST', '/api/forgot-password/', { headers: headers ?? {}, body: { email } })
  const file = () => {
    const form = new FormData()
    form.append('file', new Blob(['seen']), 'words.txt')
    return form
  }
  return {
    'guessing one password': { rate: 'login', within: 400, ask: () => login(ana.email, one) },
    'guessing one password from everywhere': {
      rate: 'login_name',
      within: 400,
      ask: () => login(ben.username, elsewhere()),
      slow: true,
    },
    'guessing the password of who is signed in': {
      rate: 'password',
      within: 400,
      ask: () =>
        visitor.ask('PATCH', '/api/profile/', {
          ...as(ben),
          body: { old_password: 'wrong', new_password: 'a hat for two seasons' },
        }),
    },
    'asking for another address': {
      rate: 'address_change',
      within: 200,
      inTurn: true,
      ask: (n) =>
        visitor.ask('PATCH', '/api/profile/', {
          ...as(ana),
          body: { old_password: ana.password, email: `another-of-ana${n}@people.example` },
        }),
    },
    'guessing many': { rate: 'login_address', within: 400, ask: (n) => login(`nobody${n}`, two), slow: true },
    registering: {
      rate: 'register',
      within: 201,
      ask: (n) =>
        visitor.ask('POST', '/api/register/', {
          headers: three ?? {},
          body: { email: `many${n}@people.example`, password: 'a password of their own' },
        }),
      slow: true,
    },
    'codes to one mailbox': { rate: 'codes_to', within: 202, ask: () => forgot(ana.email, four) },
    'codes to many': { rate: 'codes', within: 202, ask: (n) => forgot(`many${n}@people.example`, five) },
    'guessing codes': {
      rate: 'wrong_code',
      within: 400,
      ask: (n) =>
        visitor.ask('POST', '/api/verify-email/', {
          headers: six ?? {},
          body: { email: `many${n}@people.example`, otp: '123456' },
        }),
      slow: true,
    },
    'asking to be friends': {
      rate: 'friend_request',
      within: 409,
      ask: () => visitor.ask('POST', '/api/friend-requests/', { ...as(ana), body: { to_user: ben.id } }),
    },
    'trying links': {
      rate: 'join',
      within: 404,
      ask: (n) =>
        visitor.ask(n % 2 ? 'POST' : 'GET', `/api/chatrooms/join/abc-${String(n).padStart(20, '0')}/`, as(ana)),
    },
    uploading: {
      rate: 'upload',
      within: 201,
      // Half of them go onto messages: what waits for one is bounded as well.
      ask: async () => {
        const content = file()
        content.append('content', 'with a file')
        return visitor.ask('POST', `/api/chatrooms/${room}/messages/`, { ...as(ben), body: content })
      },
    },
    reacting: {
      rate: 'react',
      inTurn: true,
      within: 200,
      ask: async () => {
        const place = `/api/chatrooms/${room}/messages/${said}/reactions/%F0%9F%8E%A9/`
        const answer = await visitor.ask(isGiven ? 'DELETE' : 'PUT', place, as(ana))
        if (answer.status === 200) isGiven = !isGiven
        return answer
      },
    },
    searching: {
      rate: 'search',
      within: 200,
      ask: (n) =>
        visitor.ask(
          'GET',
          ['/api/search/?q=tea', '/api/users/?search=tea', '/api/chatrooms/?search=tea'][n % 3] ?? '',
          as(ana),
        ),
    },
  }
}

/** What a signed-in person does, each by a person of their own: what one spends of all work is not missing to another. */
async function acts(visitor: Visitor, boss: Person): Promise<Record<string, Limited>> {
  const owner = await visitor.register('owner')
  const friend = await visitor.register('friend')
  const crowd: Person[] = []
  for (let n = 0; n < 20; n++) crowd.push(await visitor.register('crowd'))
  const all = crowd.map(({ id }) => id)
  const adder = await visitor.register('adder')
  const room = await visitor.group(owner, adder, ...crowd)
  const body = { user_id: adder.id }
  await visitor.done('POST', `/api/chatrooms/${room}/assign_admin/`, { access: owner.access, body })
  const somebody = async (name: string) => ({ access: (await visitor.register(name)).access })
  const opener = await somebody('opener')
  const withFriend = { ...opener, body: { user_id: friend.id } }
  await visitor.done('POST', '/api/chatrooms/direct/', withFriend)
  const ruler = await somebody('ruler')
  const { id: ruled } = await visitor.done('POST', '/api/chatrooms/', { ...ruler, body: { room_name: 'Ruled' } })
  const reader = await somebody('reader')
  const lister = await somebody('lister')
  const noticer = await somebody('noticer')
  const writer = await somebody('writer')
  const dresser = await somebody('dresser')
  const caller = await somebody('caller')
  const knocker = await somebody('knocker')
  const ender = await somebody('ender')
  const network = elsewhere()
  const content = new FormData()
  content.append('file', new Blob(['seen']), 'words.txt')
  const sent = await visitor.done('POST', `/api/chatrooms/${room}/messages/`, { access: owner.access, body: content })
  const shown = sent.file.replace(/^https?:\/\/[^/]+/, '')
  return {
    reading: { rate: 'read', within: 200, ask: () => visitor.ask('GET', '/api/profile/', reader) },
    listing: { rate: 'list', within: 200, ask: () => visitor.ask('GET', '/api/blocks/', lister) },
    'opening rooms': {
      rate: 'room',
      within: 200,
      besides: 1,
      ask: () => visitor.ask('POST', '/api/chatrooms/direct/', withFriend),
    },
    'ruling a group': {
      rate: 'members',
      within: 404,
      ask: () =>
        visitor.ask('POST', `/api/chatrooms/${ruled}/remove_member/`, { ...ruler, body: { user_id: friend.id } }),
    },
    'marking notifications': {
      rate: 'notice',
      within: 404,
      ask: () => visitor.ask('POST', '/api/notifications/1/mark_read/', noticer),
    },
    'small changes': {
      rate: 'write',
      within: 404,
      ask: () => visitor.ask('DELETE', `/api/friends/${friend.id}/`, writer),
    },
    'changing a profile': {
      rate: 'profile',
      within: 200,
      ask: (n) => visitor.ask('PATCH', '/api/profile/', { ...dresser, body: { bio: `Number ${n}` } }),
    },
    'taking tickets': { rate: 'ticket', within: 201, ask: () => visitor.ask('POST', '/api/socket-ticket/', caller) },
    'opening sockets': {
      rate: 'socket',
      within: 101,
      patience: 2,
      ask: () => visitor.knocked(`/ws/sidebar/?token=${knocker.access}`),
    },
    'ending sessions': { rate: 'session', within: 404, ask: () => visitor.ask('DELETE', '/api/sessions/1/', ender) },
    'asking as staff': {
      rate: 'staff',
      within: 404,
      ask: () => visitor.ask('GET', '/api/admin/users/1/', { access: boss.access }),
    },
    'fetching files': { rate: 'media', within: 200, ask: () => visitor.ask('GET', shown, { headers: network }) },
    'adding people who are there, at their cost in work': {
      rate: 'work',
      within: 200,
      inTurn: true,
      takes: 18 * all.length + 20.5,
      besides: 500,
      ask: () =>
        visitor.ask('POST', `/api/chatrooms/${room}/add_members/`, { access: adder.access, body: { users: all } }),
    },
  }
}

/** Does it until it is refused and some more, and compares how often it went through. */
async function exhaust(what: string, limited: Limited, rate: Rate, findings: Findings): Promise<void> {
  const { within, ask, inTurn, takes = 1, besides = 0, patience = 0 } = limited
  const { limit, per } = rate
  const began = performance.now()
  let through = 0
  const refused: Answer[] = []
  // The first alone: where something is made by it, the others meet what is there.
  const firstAnswer = await ask(0)
  if (firstAnswer.status === 429) findings.fail(`${what} was refused at once`)
  else through += 1
  // On a slow machine time gives back while this goes on: it ends when enough have been refused.
  const more = Array.from({ length: Math.ceil(limit / takes) * MOST }, (_, n) => n + 1)
  await each(more, inTurn ? 1 : WIDTH, async (n) => {
    if (refused.length >= ENOUGH) return
    const answer = await ask(n)
    if (answer.status === 429) refused.push(answer)
    else {
      through += 1
      findings.expect(`${what}, within the limit`, answer.status, within)
    }
  })
  const seconds = (performance.now() - began) / 1_000 + patience
  exact(what, through, { limit: limit / takes, per }, seconds, findings, besides / takes)
  const waits = refused.map(({ headers }) => Number(headers.get('retry-after')))
  for (const [place, { body }] of refused.entries()) {
    findings.expect(`${what}, refused`, body.code, 'rate_limited')
    const wait = waits[place] ?? 0
    if (!Number.isInteger(wait) || wait < 1 || wait > Math.ceil(per)) findings.fail(`${what}: Retry-After is ${wait}`)
  }
  if (refused.length === 0) findings.fail(`${what} was never refused`)
  const wait = Math.max(0, ...waits)
  if (refused.length > 0 && wait <= WAITED) {
    await pause(wait * 1_000)
    findings.expect(`${what}, after Retry-After`, (await ask(limit * 2)).status, within)
  }
}

/** After a pause: what is let through now is what the time since then has given back. */
async function again({ what, limited, rate, at }: Spent, findings: Findings): Promise<void> {
  const { ask, takes = 1, patience = 0 } = limited
  let through = 0
  for (let refused = 0, n = 1; refused < 2 && through <= rate.limit; n++) {
    const { status } = await ask(rate.limit * 3 + n)
    if (status === 429) refused += 1
    else through += 1
  }
  const seconds = (performance.now() - at) / 1_000 + patience
  const most = Math.ceil((seconds * rate.limit) / rate.per / takes) + 1
  findings.count('limits run into again after a pause')
  if (through > most) findings.fail(`${what}, after a pause: ${through} were let through instead of ${most} at most`)
}

/**
 * What goes over sockets, over those of several rooms in turn: the figure is of all of them together.
 * @returns the rates that were run into
 */
async function overSockets(visitor: Visitor, rates: Record<string, Rate>, findings: Findings): Promise<string[]> {
  const tried: string[] = []
  const trial = async (name: string, frame: (n: number, message: number) => object) => {
    const person = await visitor.register(name)
    const rooms: Room[] = []
    for (let n = 0; n < ROOMS; n++) rooms.push(await Room.open(visitor, person))
    const rate = rates[name] as Rate
    const began = performance.now()
    const passed = await flood(rooms, frame, rate.limit * MOST)
    // One message in each room was sent before.
    // A room may let a few through before the budget answers (`AHEAD_USUALLY` in src/actor/leases.ts).
    const ahead = (ROOMS * AHEAD * rate.per) / rate.limit
    exact(name, passed, rate, (performance.now() - began) / 1_000 + ahead, findings, ROOMS)
    if (name === 'frames') {
      for (const { closed } of rooms) findings.expect('the end of a flood', await closed, 4429)
    } else for (const room of rooms) room.close()
    tried.push(name)
  }
  await trial('send', () => ({ type: 'send_message', content: 'x' }))
  await trial('receipt', (_, message_id) => ({ type: 'read_message', message_id }))
  await trial('typing', () => ({ type: 'stop_typing' }))
  // What is malformed closes sooner; a good frame now and then shows that it is the number alone.
  await trial('frames', (n) => ({ type: n % 20 === 0 ? 'stop_typing' : 'nothing' }))
  return tried
}

type Wire = Awaited<ReturnType<Visitor['listen']>>['wire']

/** One room that somebody has open, and what came of the frames that were sent there. */
class Room {
  passed = 0
  refused = 0
  isOver = false
  /** A message that was said there. */
  readonly message: number
  closed = Promise.resolve(0)
  #wire: Wire | undefined
  #heard = () => {}

  private constructor(message: number) {
    this.message = message
  }

  static async open(visitor: Visitor, person: Person): Promise<Room> {
    const id = await visitor.group(person)
    const said = { access: person.access, body: { content: 'first' } }
    const room = new Room((await visitor.done('POST', `/api/chatrooms/${id}/messages/`, said)).id)
    const path = `/ws/chat/${id}/?token=${person.access}&batch=1`
    const { wire, closed } = await visitor.listen(path, (text) => room.#take(JSON.parse(text)))
    room.#wire = wire
    room.closed = closed
    void closed.then(() => {
      room.isOver = true
      room.#heard()
    })
    return room
  }

  send(frame: object): void {
    this.#wire?.send(JSON.stringify(frame))
  }

  close(): void {
    this.#wire?.close()
  }

  /** Resolves when so many frames were answered, or the socket has ended. */
  async answered(many: number): Promise<void> {
    while (this.passed + this.refused < many && !this.isOver) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve
      })
    }
  }

  #take(events: { ref?: number; code?: string }[]): void {
    for (const { ref, code } of [events].flat()) {
      if (ref === undefined) continue
      if (code === 'rate_limited') this.refused += 1
      else this.passed += 1
    }
    this.#heard()
  }
}

/**
 * Sends frames to all rooms by hundreds, each when those before were answered, until each room has refused a whole
 * hundred or closed its socket. @returns how many passed in all of them
 */
async function flood(rooms: Room[], frame: (n: number, message: number) => object, most: number): Promise<number> {
  const isDone = new Set<Room>()
  let sent = 0
  for (let round = 1; isDone.size < rooms.length && round * HUNDRED <= most; round++) {
    for (const room of rooms.filter((each) => !isDone.has(each))) {
      const before = room.passed
      for (let n = 0; n < HUNDRED; n++) room.send({ ...frame(++sent, room.message), ref: sent })
      await room.answered(round * HUNDRED)
      if (room.isOver || room.passed === before) isDone.add(room)
    }
  }
  return rooms.reduce((all, { passed }) => all + passed, 0)
}

/** None too few, but for what was taken `besides`, and no more too many than time gave back while it was tried. */
function exact(
  what: string,
  through: number,
  { limit, per }: Rate,
  seconds: number,
  findings: Findings,
  besides = 0,
): void {
  const documented = Math.floor(limit)
  const most = Math.floor(limit + (seconds * limit) / per)
  findings.figures[`${what}: let through, documented ${documented}, given back ${most - documented}`] = through
  findings.count('limits run into')
  const least = Math.floor(limit - besides)
  if (through < least || through > most)
    findings.fail(`${what}: ${through} were let through instead of ${least} to ${most}`)
}
