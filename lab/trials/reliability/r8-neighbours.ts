/**
 * R8: the directory fails, then does not answer at all; R2 fails; the mail server hangs up. People who talk notice
 * nothing. Every request over HTTP is answered in time, correctly or with 503. In the end nothing is half-made: an
 * account can sign in or does not exist, a member is one in every list, an image can be loaded.
 */
import net from 'node:net'
import type { Answer, Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { type LabServer, startLabServer } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { until } from '../../harness/waiting.ts'
import { Bystanders } from './bystanders.ts'

/** Requests of each phase; how long the directory does not answer, in milliseconds. */
const OPTIONS = { requests: 200, stall: 60_000 }

/** An answer may take this long, in milliseconds, with what a busy machine adds. */
const ANSWERED_WITHIN = 5_000 + 1_500
/** What is owed is delivered by then, in milliseconds. */
const AT_REST_WITHIN = 60_000
const WIDTH = 4
const ERRING = 0.1

/** The smallest PNG there is: one grey pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
)

interface Attempt {
  email: string
  username: string
  password: string
}

/** Everything that was asked for while something failed. */
class Actions {
  readonly accounts: Attempt[] = []
  readonly groups: { name: string; people: Person[] }[] = []
  readonly images: string[] = []
  readonly #server: LabServer
  readonly #random: Random
  readonly #findings: Findings
  readonly #people: Person[]
  readonly took: number[] = []
  #count = 0

  constructor(server: LabServer, random: Random, findings: Findings, people: Person[]) {
    this.#server = server
    this.#random = random
    this.#findings = findings
    this.#people = people
  }

  /** One action of any kind, and whether it was answered as it should be. */
  async any(phase: string): Promise<void> {
    const n = this.#count++
    const random = this.#random
    const who = random.pick(this.#people)
    const other = random.pick(this.#people.filter((each) => each !== who))
    const actions = [
      () => this.#account(n),
      () => this.#group(n, who, other),
      () => this.#image(who),
      () => this.#look(who),
      () => this.#befriend(who, other),
    ]
    await this.#judged(phase, random.pick(actions))
  }

  async #judged(phase: string, action: () => Promise<Answer>): Promise<void> {
    const began = performance.now()
    const { status, headers, body } = await action()
    const took = performance.now() - began
    this.took.push(took)
    this.#findings.count(`${phase}: answered ${status}`)
    const words = `${phase}: ${JSON.stringify(body)?.slice(0, 150)}`
    if (status >= 500 && status !== 503) this.#findings.fail(`${words} with ${status}`)
    if (status === 503 && !headers.get('retry-after')) this.#findings.fail(`${words} without Retry-After`)
    if (took > ANSWERED_WITHIN) this.#findings.fail(`${words} after ${Math.round(took)} ms`)
  }

  #account(n: number): Promise<Answer> {
    const attempt = { email: `doubtful${n}@example.com`, username: `doubtful${n}`, password: `passphrase ${n}` }
    this.accounts.push(attempt)
    return this.#server.api.ask('POST', '/api/register/', { body: attempt })
  }

  #group(n: number, who: Person, other: Person): Promise<Answer> {
    const name = `Group ${n}`
    this.groups.push({ name, people: [who, other] })
    const body = { room_name: name, participant_ids: [other.id] }
    return this.#server.api.ask('POST', '/api/chatrooms/', { access: who.access, body })
  }

  async #image({ access }: Person): Promise<Answer> {
    const form = new FormData()
    form.append('image', new Blob([PIXEL], { type: 'image/png' }), 'pixel.png')
    const answer = await this.#server.api.ask('POST', '/api/images/', { access, body: form })
    if (answer.status === 201 && answer.body.url) this.images.push(answer.body.url)
    return answer
  }

  #look({ access }: Person): Promise<Answer> {
    return this.#server.api.ask('GET', this.#random.pick(['/api/chatrooms/', '/api/users/', '/api/notifications/']), {
      access,
    })
  }

  #befriend(who: Person, other: Person): Promise<Answer> {
    return this.#server.api.ask('POST', '/api/friend-requests/', { access: who.access, body: { to_user: other.id } })
  }
}

export const r8: Trial<typeof OPTIONS> = {
  title: 'neighbours that fail',
  options: OPTIONS,
  short: { requests: 20, stall: 6_000 },
  async run({ seed, requests, stall }) {
    const findings = new Findings()
    const random = new Random(seed)
    const rude = await startRudeMailServer()
    const vars = { RATE_LIMITS: 'off', FAULTS: 'on', SMTP_URL: rude.url, MAIL_FROM: 'chat@parlour.test' }
    const server = await startLabServer({ vars })
    try {
      await server.lightPasswords()
      const people = await server.api.registerAll(Array<string>(6).fill('person'))
      const actions = new Actions(server, random, findings, people)
      const bystanders = await Bystanders.start(server)
      const several = async (phase: string, going: () => boolean) => {
        const lane = async () => {
          while (going()) await actions.any(phase)
        }
        await Promise.all(Array.from({ length: WIDTH }, lane))
        findings.figures[`${phase}: slowest answer, s`] = round(percentile(actions.took.splice(0), 1) / 1_000)
      }
      const times = (count: number) => {
        let left = count
        return () => left-- > 0
      }
      let failed = 0
      await server.fail(seed, { directory: { errors: ERRING } })
      await several('directory errs', times(requests))
      failed += await server.fail(seed + 1, { directory: { stalled: true } })
      const over = performance.now() + stall
      await several('directory silent', () => performance.now() < over)
      failed += await server.fail(seed + 2, { media: { errors: 1 } })
      await several('R2 errs', times(Math.ceil(requests / 4)))
      failed += await server.fail(seed + 3, { media: { stalled: true } })
      await several('R2 silent', times(WIDTH * 2))
      failed += await server.fail(seed, {})
      findings.figures['calls that failed'] = failed
      if (failed === 0) findings.fail('Nothing ever failed.')
      const { said, lost } = await bystanders.end()
      findings.expect('messages that those who talk lost', lost, 0)
      findings.figures['said meanwhile'] = said
      await nothingIsHalfMade(server, actions, people, findings)
      findings.figures['mails that were refused'] = rude.dialled()
      if (rude.dialled() === 0) findings.fail('No mail was ever tried.')
      return findings.outcome()
    } finally {
      await server.stop()
      rude.close()
    }
  },
}

/** A mail server that greets and hangs up. */
async function startRudeMailServer() {
  let dialled = 0
  const server = net.createServer((socket) => {
    dialled += 1
    socket.on('error', () => {})
    socket.write('220 good day\r\n')
    socket.on('data', () => socket.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, dialled: () => dialled, close: () => server.close() }
}

interface Listed {
  id: number
  room_name: string
}

async function nothingIsHalfMade(
  server: LabServer,
  actions: Actions,
  people: Person[],
  findings: Findings,
): Promise<void> {
  // An account is there, and then it can be signed in to and has all that belongs to it; or it never was.
  for (const account of actions.accounts) {
    const body = { identifier: account.email, password: account.password }
    const login = await server.api.ask<{ access?: string }>('POST', '/api/login/', { body })
    const again = await server.api.ask('POST', '/api/register/', { body: account })
    findings.count(login.status === 200 ? 'accounts made' : 'accounts not made')
    findings.expect(
      `${account.email}, login and registering again`,
      [login.status, again.status],
      login.status === 200 ? [200, again.status === 409 ? 409 : 400] : [400, 201],
    )
    if (login.status !== 200) continue
    for (const path of ['/api/profile/', '/api/chatrooms/', '/api/notifications/', '/api/sessions/']) {
      const { status } = await server.api.ask('GET', path, { access: login.body.access })
      findings.expect(`${path} of ${account.email}`, status, 200)
    }
  }
  // A group is in everybody's list or in nobody's, once, and says the same itself.
  const lists = new Map<number, Listed[]>()
  for (const { id, access } of people) lists.set(id, await allRooms(server, access))
  const agree = async () => {
    for (const { name, people: members } of actions.groups) {
      const seen = members.map(({ id }) => lists.get(id)?.filter((room) => room.room_name === name).length ?? 0)
      if (new Set(seen).size !== 1 || (seen[0] ?? 0) > 1)
        return `${name} is in the lists of its members ${seen.join(' and ')} times`
    }
    return null
  }
  let complaint: string | null = null
  const rest = await until(
    async () => {
      for (const { id, access } of people) lists.set(id, await allRooms(server, access))
      complaint = await agree()
      return complaint === null
    },
    AT_REST_WITHIN,
    1_000,
  )
  if (rest === null) findings.fail(String(complaint))
  for (const { name, people: members } of actions.groups) {
    const [owner] = members
    const room = lists.get(owner?.id ?? 0)?.find(({ room_name }) => room_name === name)
    findings.count(room ? 'groups made' : 'groups not made')
    if (!room || !owner) continue
    const there = await server.api.call<{ id: number }[]>('GET', `/api/chatrooms/${room.id}/participants/`, {
      access: owner.access,
    })
    findings.expect(`who is in ${name}`, there.map(({ id }) => id).sort(), members.map(({ id }) => id).sort())
    for (const { access } of members) {
      const { status } = await server.api.ask('GET', `/api/chatrooms/${room.id}/`, { access })
      findings.expect(`${name} for a member`, status, 200)
    }
  }
  // A picture that was promised is there; what was not promised is not held by anybody.
  for (const url of actions.images) {
    const { status } = await fetch(url)
    findings.count('images made')
    findings.expect(`the image ${url.slice(-20)}`, status, 200)
  }
  // Somebody who asks anew is let in: nothing stays behind that keeps them out.
  await server.api.register('afterwards')
}

/** All pages of somebody's list. */
async function allRooms(server: LabServer, access: string): Promise<Listed[]> {
  const rooms: Listed[] = []
  for (let next: string | null = '/api/chatrooms/?limit=100'; next; ) {
    const page: { next: string | null; results: Listed[] } = await server.api.call('GET', next, { access })
    rooms.push(...page.results)
    next = page.next
  }
  return rooms
}
