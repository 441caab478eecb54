/**
 * S11: the limits, at the figures that `GET /api/limits/` documents. Each is run into from outside; what is let through
 * is as many as documented and as many again as time has given back meanwhile; then 429, `Retry-After`, and after that wait
 * one more.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { startServer } from '../scripts/server.ts'
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
}

export const s11: Trial<typeof OPTIONS> = {
  title: 'the limits at their documented figures',
  /** `slow`: 1 to include those that take minutes. */
  options: OPTIONS,
  async run({ slow }) {
    const server = await startServer({ deployed: true })
    try {
      const visitor = new Visitor(server.url)
      const findings = new Findings()
      const { rates } = await visitor.done('GET', '/api/limits/')
      const tried = new Set<string>()
      for (const [what, limited] of Object.entries(await everything(visitor))) {
        tried.add(limited.rate)
        if (limited.slow && !slow) continue
        await exhaust(what, limited, rates[limited.rate] as Rate, findings)
      }
      await overSocket(visitor, rates, findings)
      tried.add('send').add('frames')
      findings.expect(
        'documented rates that nobody runs into here',
        Object.keys(rates).filter((name) => !tried.has(name)),
        [],
      )
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

/** Does it until it is refused and some more, and compares how often it went through. */
async function exhaust(
  what: string,
  { within, ask, inTurn }: Limited,
  { limit, per }: Rate,
  findings: Findings,
): Promise<void> {
  const began = performance.now()
  let through = 0
  const refused: Answer[] = []
  // The first alone: where something is made by it, the others meet what is there.
  const firstAnswer = await ask(0)
  if (firstAnswer.status === 429) findings.fail(`${what} was refused at once`)
  else through += 1
  // On a slow machine time gives back while this goes on: it ends when enough have been refused.
  const more = Array.from({ length: limit * MOST }, (_, n) => n + 1)
  await each(more, inTurn ? 1 : WIDTH, async (n) => {
    if (refused.length >= ENOUGH) return
    const answer = await ask(n)
    if (answer.status === 429) refused.push(answer)
    else {
      through += 1
      findings.expect(`${what}, within the limit`, answer.status, within)
    }
  })
  exact(what, through, { limit, per }, (performance.now() - began) / 1_000, findings)
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

/** What goes over one socket, in order: then nothing but time comes between the figure and what is let through. */
async function overSocket(visitor: Visitor, rates: Record<string, Rate>, findings: Findings): Promise<void> {
  const eve = await visitor.register('eve')
  const room = await visitor.group(eve)
  let refused = 0
  let passed = 0
  let heard = () => {}
  const open = () =>
    visitor.listen(`/ws/chat/${room}/?token=${eve.access}&batch=1`, (text) => {
      for (const event of [JSON.parse(text)].flat()) {
        if (event.ref === undefined) continue
        if (event.code === 'rate_limited') refused += 1
        else passed += 1
      }
      heard()
    })
  /** Sends frames by hundreds, each when those before were answered, until one is refused or the socket ends. */
  const until = async (frame: object, most: number, isEnough: () => boolean) => {
    refused = 0
    passed = 0
    const { wire, closed } = await open()
    const began = performance.now()
    let over = 0
    void closed.then((code) => {
      over = code
      heard()
    })
    for (let sent = 0; sent < most && !isEnough() && over === 0; ) {
      for (let n = 0; n < HUNDRED; n++) wire.send(JSON.stringify({ ...frame, ref: ++sent }))
      while (passed + refused < sent && over === 0) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    }
    if (over === 0) wire.close()
    return { began, ended: performance.now(), over }
  }

  const send = rates.send as Rate
  const sending = await until({ type: 'send_message', content: 'x' }, send.limit * 3, () => refused > 0)
  exact('sending', passed, send, (sending.ended - sending.began) / 1_000, findings)
  const before = passed + refused

  const frames = rates.frames as Rate
  const flooding = await until({ type: 'stop_typing' }, frames.limit * 5, () => false)
  findings.expect('the end of a flood', flooding.over, 4429)
  // It is the same person and the same actor: what was sent before counts.
  exact('frames', passed + before, frames, (flooding.ended - sending.began) / 1_000, findings)
}

/** None too few, and no more too many than time gave back while it was tried. */
function exact(what: string, through: number, { limit, per }: Rate, seconds: number, findings: Findings): void {
  const most = limit + Math.floor((seconds * limit) / per)
  findings.figures[`${what}: let through, documented ${limit}, given back ${most - limit}`] = through
  findings.count('limits run into')
  if (through < limit || through > most)
    findings.fail(`${what}: ${through} were let through instead of ${limit} to ${most}`)
}
