/**
 * S4: whoever loses a right loses it on the sockets that are open. Five sockets on three actors, of people who have been
 * quiet long enough that every actor sleeps, or who are in the middle of things: signed out, password changed, session
 * ended, put out, banned, the room removed, disabled, erased, blocked. What is said afterwards reaches none of them.
 */
import type { Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import { type LabServer, startLabServer } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'
import { tryBlock } from './s4-blocked.ts'

const OPTIONS = { rounds: 3, sleep: 12_000 }

/** Milliseconds: how soon a socket must be closed, and how long is listened for what must not come. */
const WITHIN = 1_000
const LISTEN = 700
/** How long what must come is waited for, in milliseconds: a busy machine is slow. */
const PATIENCE = 10_000

interface Scenario {
  server: LabServer
  staff: Person
  owner: Person
  victim: Person
  room: number
}

interface Revocation {
  /** Takes the right away. */
  revoke(scenario: Scenario): Promise<unknown>
  /** Close code by kind of socket; a kind that is not named stays open, and must hear nothing of the room. */
  closes: Partial<Record<Kind, number>>
}

const KINDS = ['room', 'list', 'notifications'] as const
type Kind = (typeof KINDS)[number]

const everywhere = (code: number) => ({ room: code, list: code, notifications: code })

/** Signs the victim in on another device. @returns its access token */
const elsewhere = async ({ server, victim }: Scenario) => (await server.api.signIn(victim)).access

const byOwner =
  (method: string, path: string, body?: (scenario: Scenario) => object) =>
  (scenario: Scenario): Promise<unknown> => {
    const { server, owner, room } = scenario
    return server.api.call(method, `/api/chatrooms/${room}/${path}`, { access: owner.access, body: body?.(scenario) })
  }
const theVictim = ({ victim }: Scenario) => ({ user_id: victim.id })

const REVOCATIONS: Record<string, Revocation> = {
  'signed out': {
    revoke: ({ server, victim }) =>
      server.api.call('POST', '/api/logout/', { access: victim.access, body: { refresh: victim.refresh } }),
    closes: everywhere(4401),
  },
  'session ended from another device': {
    revoke: async (scenario) => {
      const { api } = scenario.server
      const access = await elsewhere(scenario)
      const sessions = await api.call<{ id: number; current: boolean }[]>('GET', '/api/sessions/', { access })
      for (const { id, current } of sessions) {
        if (!current) await api.call('DELETE', `/api/sessions/${id}/`, { access })
      }
    },
    closes: everywhere(4401),
  },
  'password changed elsewhere': {
    revoke: async (scenario) => {
      const [access, wanted] = [await elsewhere(scenario), 'another passphrase']
      const body = { old_password: scenario.victim.password, new_password: wanted, confirm_password: wanted }
      await scenario.server.api.call('PATCH', '/api/profile/', { access, body })
    },
    closes: everywhere(4401),
  },
  'account erased': {
    revoke: ({ server, victim: { access, password } }) =>
      server.api.call('DELETE', '/api/profile/', { access, body: { password } }),
    closes: everywhere(4401),
  },
  'disabled by staff': {
    revoke: ({ server, staff, victim }) =>
      server.api.call('POST', `/api/admin/users/${victim.id}/disable/`, { access: staff.access }),
    closes: everywhere(4401),
  },
  'put out': { revoke: byOwner('POST', 'remove_member/', theVictim), closes: { room: 4403 } },
  banned: { revoke: byOwner('POST', 'bans/', theVictim), closes: { room: 4403 } },
  'left on another device': {
    revoke: ({ server, victim, room }) =>
      server.api.call('POST', `/api/chatrooms/${room}/leave_room/`, { access: victim.access }),
    closes: { room: 4403 },
  },
  'room removed': { revoke: byOwner('DELETE', ''), closes: { room: 4404 } },
}

export const s4: Trial<typeof OPTIONS> = {
  title: 'rights that end while sockets are open',
  options: OPTIONS,
  short: { rounds: 1, sleep: 12_000 },
  async run({ seed, rounds, sleep }) {
    const random = new Random(seed)
    const findings = new Findings()
    const took: number[] = []
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off' } })
    try {
      await server.lightPasswords()
      const staff = await server.api.register('staff')
      await server.makeStaff(staff.id)
      for (let turn = 0; turn < rounds; turn++) {
        // The last round finds the actors asleep, if there is time for that.
        const asleep = turn === rounds - 1 && sleep > 0
        const names = Object.keys(REVOCATIONS)
        await Promise.all([
          ...names.map((name, n) => {
            const tag = `t${turn}w${n}x${random.between(0, 999)}`
            return tryRevocation({ server, staff }, name, tag, asleep ? sleep : 0, findings, took)
          }),
          tryBlock(server, `t${turn}`, asleep ? sleep : 0, findings),
        ])
      }
      const lives = await server.lives()
      findings.figures['actors that slept and woke'] = Object.values(lives).filter((count) => count > 1).length
      if (sleep > 0 && findings.figures['actors that slept and woke'] === 0) findings.fail('No actor slept.')
      findings.figures['closed after, median ms'] = round(percentile(took, 0.5))
      findings.figures['closed after, worst ms'] = round(percentile(took, 1))
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

/** One person losing a right in one way. */
async function tryRevocation(
  { server, staff }: Pick<Scenario, 'server' | 'staff'>,
  name: string,
  tag: string,
  sleep: number,
  findings: Findings,
  took: number[],
): Promise<void> {
  const way = REVOCATIONS[name] as Revocation
  const { api } = server
  const [owner, victim, friend] = await api.registerAll([`owner${tag}`, `victim${tag}`, `friend${tag}`])
  const room = await api.group(owner, victim, friend)
  const paths: Record<Kind, string> = {
    room: `/ws/chat/${room}/`,
    list: '/ws/sidebar/',
    notifications: '/ws/notifications/',
  }
  const received: { kind: Kind; text: string }[] = []
  const open = async (kind: Kind) => {
    const socket = await RawSocket.open(api.socketUrl(paths[kind], victim))
    socket.onText = (text) => received.push({ kind, text })
    return { kind, socket }
  }
  // Five sockets on three actors: two of them in the room, two of the list.
  const sockets = await Promise.all((['room', 'room', 'list', 'list', 'notifications'] as const).map(open))
  const say = (content: string) => api.send(owner, room, content)
  await say(`before ${tag}`)
  for (const kind of KINDS.filter((each) => each !== 'notifications')) {
    const isReceived = () => received.some((event) => event.kind === kind && event.text.includes(`before ${tag}`))
    if ((await until(isReceived, PATIENCE)) === null) findings.fail(`${name}: the ${kind} never heard anything`)
  }
  if (sleep > 0) await pause(sleep)
  await way.revoke({ server, staff, owner, victim, room })
  const answered = performance.now()
  await Promise.race([
    Promise.all(sockets.map(({ kind, socket }) => (way.closes[kind] ? socket.closed() : null))),
    pause(3 * WITHIN),
  ])
  for (const { kind, socket } of sockets) {
    const right = way.closes[kind]
    findings.count('sockets')
    findings.expect(`${name}: how the ${kind} was closed`, socket.ended?.code, right)
    if (right === undefined || !socket.ended) continue
    // From the answer on: some ways hash a password first. Most are closed before the answer comes.
    const after = Math.max(0, socket.ended.at - answered)
    took.push(after)
    if (after > WITHIN) findings.fail(`${name}: the ${kind} was closed after ${Math.round(after)} ms`)
  }
  received.length = 0
  if (name !== 'room removed') {
    await say(`after ${tag}`)
    await api.call('PATCH', `/api/chatrooms/${room}/`, {
      access: owner.access,
      body: { description: `after ${tag}` },
    })
  }
  await pause(LISTEN)
  for (const { kind, text } of received) {
    if (text.includes(`after ${tag}`)) findings.fail(`${name}: the ${kind} heard ${text.slice(0, 120)}`)
  }
  for (const { socket } of sockets) socket.destroy()
}
