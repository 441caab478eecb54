/**
 * S4: whoever loses a right loses it on the sockets that are open. Five sockets on three actors, of people who have been
 * quiet long enough that every actor sleeps, or who are in the middle of things: signed out, password changed, session
 * ended, put out, banned, the room removed, disabled, erased, blocked. What is said afterwards reaches none of them.
 */
import { call, openRoom, register, type Someone, socketPath } from './crowd.ts'
import { startTried, type Tried } from './door.ts'
import { pause, quantile, round, until } from './figures.ts'
import { Findings } from './findings.ts'
import { Random } from './random.ts'
import { RawSocket } from './raw-socket.ts'
import type { Trial } from './trial.ts'

const OPTIONS = { rounds: 3, sleep: 12_000 }

/** Milliseconds: how soon a socket must be closed, and how long is listened for what must not come. */
const WITHIN = 1_000
const LISTEN = 700
/** How long before a message is read another one is received, in milliseconds. */
const DELIVERED_FIRST = 500
/** How long what must come is waited for, in milliseconds: a busy machine is slow. */
const PATIENCE = 10_000

interface Scene {
  server: Tried
  staff: Someone
  owner: Someone
  victim: Someone
  room: number
}

interface Way {
  /** Takes the right away. */
  revoke(scene: Scene): Promise<unknown>
  /** Close code by kind of socket; a kind that is not named stays open, and must hear nothing of the room. */
  closes: Partial<Record<Kind, number>>
}

const KINDS = ['room', 'list', 'notifications'] as const
type Kind = (typeof KINDS)[number]

const everywhere = (code: number) => ({ room: code, list: code, notifications: code })

const asVictim = (method: string, path: string, body?: (scene: Scene) => object) => (scene: Scene) =>
  call(scene.server.url, method, path, { access: scene.victim.access, ...(body ? { body: body(scene) } : {}) })

const asOwner = (method: string, path: (scene: Scene) => string, body?: (scene: Scene) => object) => (scene: Scene) =>
  call(scene.server.url, method, path(scene), {
    access: scene.owner.access,
    ...(body ? { body: body(scene) } : {}),
  })

const WAYS: Record<string, Way> = {
  'signed out': {
    revoke: asVictim('POST', '/api/logout/', ({ victim }) => ({ refresh: victim.refresh })),
    closes: everywhere(4401),
  },
  'session ended from another device': {
    revoke: async ({ server, victim }) => {
      const body = { identifier: victim.email, password: victim.password }
      const { access } = await call<{ access: string }>(server.url, 'POST', '/api/login/', { body })
      const sessions = await call<{ id: number; current: boolean }[]>(server.url, 'GET', '/api/sessions/', { access })
      for (const { id, current } of sessions) {
        if (!current) await call(server.url, 'DELETE', `/api/sessions/${id}/`, { access })
      }
    },
    closes: everywhere(4401),
  },
  'password changed elsewhere': {
    revoke: async ({ server, victim }) => {
      const body = { identifier: victim.email, password: victim.password }
      const { access } = await call<{ access: string }>(server.url, 'POST', '/api/login/', { body })
      const change = {
        old_password: victim.password,
        new_password: 'another passphrase',
        confirm_password: 'another passphrase',
      }
      await call(server.url, 'PATCH', '/api/profile/', { access, body: change })
    },
    closes: everywhere(4401),
  },
  'account erased': {
    revoke: asVictim('DELETE', '/api/profile/', ({ victim }) => ({ password: victim.password })),
    closes: everywhere(4401),
  },
  'disabled by staff': {
    revoke: ({ server, staff, victim }) =>
      call(server.url, 'POST', `/api/admin/users/${victim.user}/disable/`, { access: staff.access }),
    closes: everywhere(4401),
  },
  'put out': {
    revoke: asOwner(
      'POST',
      ({ room }) => `/api/chatrooms/${room}/remove_member/`,
      ({ victim }) => ({ user_id: victim.user }),
    ),
    closes: { room: 4403 },
  },
  banned: {
    revoke: asOwner(
      'POST',
      ({ room }) => `/api/chatrooms/${room}/bans/`,
      ({ victim }) => ({ user_id: victim.user }),
    ),
    closes: { room: 4403 },
  },
  'left on another device': {
    revoke: ({ server, victim, room }) =>
      call(server.url, 'POST', `/api/chatrooms/${room}/leave_room/`, { access: victim.access }),
    closes: { room: 4403 },
  },
  'room removed': {
    revoke: asOwner('DELETE', ({ room }) => `/api/chatrooms/${room}/`),
    closes: { room: 4404 },
  },
}

export const s4: Trial<typeof OPTIONS> = {
  title: 'rights that end while sockets are open',
  options: OPTIONS,
  async run({ seed, rounds, sleep }) {
    const random = new Random(seed)
    const findings = new Findings()
    const took: number[] = []
    const server = await startTried({ vars: { RATE_LIMITS: 'off' } })
    try {
      const staff = await register(server.url, 'staff')
      await server.makeStaff(staff.user)
      for (let turn = 0; turn < rounds; turn++) {
        // The last round finds the actors asleep, if there is time for that.
        const asleep = turn === rounds - 1 && sleep > 0
        const names = Object.keys(WAYS)
        await Promise.all([
          ...names.map(async (name, place) => {
            await lose(
              { server, staff },
              name,
              `t${turn}w${place}x${random.between(0, 999)}`,
              asleep ? sleep : 0,
              findings,
              took,
            )
          }),
          beBlocked(server, `t${turn}`, asleep ? sleep : 0, findings),
        ])
      }
      const lives = await server.lives()
      findings.figures['actors that slept and woke'] = Object.values(lives).filter((count) => count > 1).length
      if (sleep > 0 && findings.figures['actors that slept and woke'] === 0) findings.fail('No actor slept.')
      findings.figures['closed after, median ms'] = round(quantile(took, 0.5))
      findings.figures['closed after, worst ms'] = round(quantile(took, 1))
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

/** One person losing a right in one way. */
async function lose(
  { server, staff }: Pick<Scene, 'server' | 'staff'>,
  name: string,
  tag: string,
  sleep: number,
  findings: Findings,
  took: number[],
): Promise<void> {
  const way = WAYS[name] as Way
  const [owner, victim, friend] = await Promise.all(
    ['owner', 'victim', 'friend'].map((role) => register(server.url, `${role}${tag}`)),
  )
  if (!owner || !victim || !friend) throw new Error('Nobody came.')
  const room = await openRoom(server.url, [owner, victim, friend], `Room ${tag}`)
  const scene = { server, staff, owner, victim, room }
  const paths: Record<Kind, string> = {
    room: `/ws/chat/${room}/`,
    list: '/ws/sidebar/',
    notifications: '/ws/notifications/',
  }
  const heard: { kind: Kind; text: string }[] = []
  const open = async (kind: Kind) => {
    const socket = await RawSocket.open(`${server.socketUrl}${socketPath(paths[kind], victim)}`)
    socket.onText = (text) => heard.push({ kind, text })
    return { kind, socket }
  }
  // Five sockets on three actors: two of them in the room, two of the list.
  const sockets = await Promise.all((['room', 'room', 'list', 'list', 'notifications'] as const).map(open))
  const say = (content: string) =>
    call(server.url, 'POST', `/api/chatrooms/${room}/messages/`, { access: owner.access, body: { content } })
  await say(`before ${tag}`)
  for (const kind of KINDS.filter((each) => each !== 'notifications')) {
    const isTold = () => heard.some((event) => event.kind === kind && event.text.includes(`before ${tag}`))
    if ((await until(isTold, PATIENCE)) === null) findings.fail(`${name}: the ${kind} never heard anything`)
  }
  if (sleep > 0) await pause(sleep)
  await way.revoke(scene)
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
  heard.length = 0
  if (name !== 'room removed') {
    await say(`after ${tag}`)
    await call(server.url, 'PATCH', `/api/chatrooms/${room}/`, {
      access: owner.access,
      body: { description: `after ${tag}` },
    })
  }
  await pause(LISTEN)
  for (const { kind, text } of heard) {
    if (text.includes(`after ${tag}`)) findings.fail(`${name}: the ${kind} heard ${text.slice(0, 120)}`)
  }
  for (const { socket } of sockets) socket.destroy()
}

/** What the other of a block does that the blocked person must not hear of, also in a group, where messages go on. */
const OF_SOMEBODY = ['message.read', 'message.delivered', 'typing', 'stop_typing', 'presence', 'member_updated']

/**
 * Somebody blocked keeps their sockets. In the direct room they hear nothing that the blocker does; in a group of both they
 * hear messages alone. Before the block each kind of frame is provoked and must come, or its silence afterwards shows
 * nothing: the blocker reads and receives what the blocked person wrote, types, comes and is renamed.
 */
async function beBlocked(server: Tried, tag: string, sleep: number, findings: Findings): Promise<void> {
  const [owner, victim, third] = await Promise.all(
    ['blocker', 'blocked', 'third'].map((role) => register(server.url, `${role}${tag}`)),
  )
  if (!owner || !victim || !third) throw new Error('Nobody came.')
  const ask = <T>(who: Someone, method: string, path: string, body?: object) =>
    call<T>(server.url, method, path, { access: who.access, ...(body ? { body } : {}) })
  const direct = await ask<{ id: number }>(owner, 'POST', '/api/chatrooms/direct/', { user_id: victim.user })
  const club = await openRoom(server.url, [owner, victim, third], `Club ${tag}`)
  const rooms = { direct: direct.id, group: club }
  const heard: { where: string; text: string }[] = []
  const open = async (who: Someone, where: string, path: string) => {
    const socket = await RawSocket.open(`${server.socketUrl}${socketPath(path, who)}`)
    if (who === victim) socket.onText = (text) => heard.push({ where, text })
    return socket
  }
  const sockets = await Promise.all([
    ...Object.entries(rooms).flatMap(([where, id]) => [1, 2].map(() => open(victim, where, `/ws/chat/${id}/`))),
    ...[1, 2].map(() => open(victim, 'list', '/ws/sidebar/')),
    open(victim, 'notifications', '/ws/notifications/'),
  ])
  const theirs = Object.fromEntries(
    await Promise.all(
      Object.entries(rooms).map(async ([where, id]) => [where, await open(owner, where, `/ws/chat/${id}/`)] as const),
    ),
  ) as Record<keyof typeof rooms, RawSocket>
  const isAbout = (text: string) => new RegExp(`"(?:user_)?id":${owner.user}\\b`).test(text)
  const kinds = (where: string) =>
    new Set(
      heard
        .filter((frame) => frame.where === where && isAbout(frame.text))
        .map(({ text }) => (JSON.parse(text) as { type: string }).type),
    )
  /** Everything of `OF_SOMEBODY` that the blocker can bring about, about messages that the blocked person wrote. */
  const provoke = async (messages: Record<string, readonly { id: number }[]>, name: string) => {
    for (const [where, socket] of Object.entries(theirs)) {
      const [received, read] = messages[where] ?? []
      socket.send(JSON.stringify({ type: 'delivered', message_id: received?.id }))
      // What is read is received too: told of both at once, a room tells of the later alone.
      await pause(DELIVERED_FIRST)
      socket.send(JSON.stringify({ type: 'read_message', message_id: read?.id }))
      const path = `/api/chatrooms/${rooms[where as keyof typeof rooms]}/messages/${read?.id}/mark_as_read/`
      await ask(owner, 'POST', path)
      socket.send('{"type":"typing"}')
    }
    await ask(owner, 'PATCH', '/api/profile/', { first_name: name })
  }
  const written = async (): Promise<Record<string, readonly { id: number }[]>> => {
    const say = (id: number) =>
      ask<{ id: number }>(victim, 'POST', `/api/chatrooms/${id}/messages/`, { content: 'Are you there?' })
    const all = Object.entries(rooms).map(async ([where, id]) => [where, [await say(id), await say(id)]] as const)
    return Object.fromEntries(await Promise.all(all))
  }

  await provoke(await written(), `Before${tag}`)
  for (const where of Object.keys(rooms)) {
    const wanted = ['message.read', 'message.delivered', 'typing', 'member_updated']
    await until(() => wanted.every((type) => kinds(where).has(type)), PATIENCE)
    for (const type of wanted) {
      findings.count('frames provoked before a block')
      if (!kinds(where).has(type)) findings.fail(`blocked: ${type} was never heard in the ${where}`)
    }
  }
  const unread = await written()
  if (sleep > 0) await pause(sleep)
  await ask(owner, 'POST', `/api/users/${victim.user}/block/`)
  await pause(LISTEN)
  heard.length = 0
  theirs.direct.send('{"type":"send_message","content":"after","client_id":"a"}')
  // Typing is passed on once in two seconds: this one would be.
  await pause(2_000)
  await provoke(unread, `After${tag}`)
  await ask(owner, 'POST', `/api/chatrooms/${club}/messages/`, { content: `still ${tag}` })
  for (const socket of Object.values(theirs)) socket.destroy()
  if ((await until(() => heard.some(({ text }) => text.includes(`still ${tag}`)), PATIENCE)) === null)
    findings.fail('blocked: the group went silent')
  await pause(LISTEN)
  for (const { where, text } of heard) {
    const { type } = JSON.parse(text) as { type: string }
    const isTold = where === 'direct' || (isAbout(text) && OF_SOMEBODY.includes(type)) || text.includes(`After${tag}`)
    if (isTold) findings.fail(`blocked: the ${where} heard ${text.slice(0, 160)}`)
  }
  for (const socket of sockets) {
    findings.count('sockets')
    findings.expect('blocked: the socket', socket.ended, undefined)
    socket.destroy()
  }
}
