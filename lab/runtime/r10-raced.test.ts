/**
 * R10: many do at once what only one can.
 *
 * Each race is run round after round with people of its own. Where the directory decides, every other round holds
 * all of them back until each is known to it, so that they come to their decision together.
 */
import { reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { PASSWORD } from '../../test/support/api'
import { meetAfter } from '../../test/support/barrier'
import { type Answer, ask, done, type Frame, get, group, post, roomActor, type Someone } from '../../test/support/world'
import { Random } from '../harness/random.ts'
import { account } from './accounts'
import { migrated, trial } from './trial'

const JOINING = 50
const REGISTERING = 8
/** Rounds after which everything stored is thrown away, so that the disk does not fill. */
const ROUNDS_KEPT = 20

/** The question whose session it is, which every request asks first. */
const WHO_ASKS = /FROM sessions/

const cases: string[] = []
let people = 0
const somebody = () => account('Some', `some_${people++}`)
const several = (count: number) => Promise.all(Array.from({ length: count }, somebody))

function must(holds: boolean, race: string, what: () => unknown): void {
  if (!holds) cases.push(`${race}: ${JSON.stringify(what())}`)
}

const statuses = (answers: Answer[]) => answers.map(({ status }) => status).sort()
const shuffled = <T>(items: T[], random: Random): T[] =>
  items
    .map((item) => [random.next(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)

/** One seat, fifty who want it. */
async function seat(random: Random, people: Someone[]): Promise<void> {
  const owner = await somebody()
  const room = await group(owner, [], { room_name: 'One seat' })
  const { code } = await done(post(owner, `/api/chatrooms/${room.id}/shareable_link/`, { max_uses: 1 }))
  const answers = await Promise.all(shuffled(people, random).map((who) => post(who, `/api/chatrooms/join/${code}/`)))
  const winners = answers.filter(({ status }) => status === 200)
  const late = answers.filter(({ status }) => status === 410)
  must(winners.length === 1 && late.length === people.length - 1, 'one seat', () => statuses(answers))
  const detail = await done(get(owner, `/api/chatrooms/${room.id}/`))
  must(detail.participants.length === 2, 'one seat', () => detail.participants)
  await done(ask('DELETE', `/api/chatrooms/${room.id}/`, { token: owner.access }))
}

/** Both open their direct room at the same moment, by each of the ways there are. */
async function sameRoom(random: Random, held: boolean): Promise<void> {
  const [one, other] = (await several(2)) as [Someone, Someone]
  const opening = (from: Someone, to: Someone) =>
    random.next() < 0.5
      ? (['/api/chatrooms/direct/', { user_id: to.id }, from] as const)
      : (['/api/chatrooms/', { participant_ids: [to.id] }, from] as const)
  const asked = [opening(one, other), opening(other, one), opening(one, other), opening(other, one)]
  const bindings = held ? meetAfter(asked.length, WHO_ASKS) : {}
  const answers = await Promise.all(
    asked.map(([path, body, from]) => ask('POST', path, { token: from.access, body, env: bindings })),
  )
  const ids = new Set(answers.map(({ body }) => body.id))
  must(ids.size === 1 && answers.every(({ status }) => status < 300), 'same direct room', () =>
    answers.map(({ body }) => body),
  )
  for (const who of [one, other]) {
    const { body } = await get(who, '/api/chatrooms/')
    must(body.results.length === 1, 'same direct room', () => body.results.map(({ id }: Frame) => id))
  }
}

/** Each asks the other; they become friends once, with one room. */
async function crossed(held: boolean): Promise<void> {
  const [one, other] = (await several(2)) as [Someone, Someone]
  const bindings = held ? meetAfter(2, WHO_ASKS) : {}
  const requests = [
    [one, other],
    [other, one],
  ] as const
  const answers = await Promise.all(
    requests.map(([from, to]) =>
      ask('POST', '/api/friend-requests/', { token: from.access, body: { to_user: to.id }, env: bindings }),
    ),
  )
  must(
    answers.every(({ status }) => status < 300 || status === 409),
    'crossed requests',
    () => answers,
  )
  for (const [who, friend] of requests) {
    const { body } = await get(who, '/api/friends/')
    must(body.length === 1 && body[0].id === friend.id, 'crossed requests', () => [statuses(answers), body])
  }
  const row = await env.DIRECTORY.prepare(
    'SELECT count(*) AS n FROM friendships WHERE low IN (?1, ?2) OR high IN (?1, ?2)',
  )
    .bind(one.id, other.id)
    .first<{ n: number }>()
  must(row?.n === 1, 'crossed requests', () => row)
}

/** The owner leaves, and at the same moment some of the others, perhaps all who have rights. */
async function lastAdmins(random: Random): Promise<void> {
  const everybody = (await several(6)) as [Someone, ...Someone[]]
  const [owner, ...others] = everybody
  const room = await group(owner, others)
  const path = `/api/chatrooms/${room.id}/`
  for (const admin of others.slice(0, 2)) await done(post(owner, `${path}assign_admin/`, { user_id: admin.id }))
  const leaving = shuffled([owner, ...others.filter(() => random.next() < 0.6)], random)
  const answers = await Promise.all(leaving.map((who) => post(who, `${path}leave_room/`)))
  must(
    answers.every(({ status }) => status < 300),
    'last admins leaving',
    () => statuses(answers),
  )
  const left = everybody.filter((who) => !leaving.includes(who))
  for (const who of left) {
    const { body, status } = await get(who, path)
    const owners = body.participants?.filter(({ role }: Frame) => role === 'owner') ?? []
    must(
      status === 200 && owners.length === 1 && body.participants.length === left.length,
      'last admins leaving',
      () => body,
    )
  }
  for (const who of leaving) {
    const { status } = await get(who, path)
    must(status === 404, 'last admins leaving', () => `${status} for somebody who left`)
  }
  if (left.length === 0)
    must((await roomActor(room).figures()) === null, 'last admins leaving', () => 'nobody is left in a room')
}

/** Eight devices register one address, under names of their own or none. */
async function oneAddress(random: Random): Promise<void> {
  const email = `wanted-${people++}@parlour.test`
  const named = random.next() < 0.5
  const answers = await Promise.all(
    Array.from({ length: REGISTERING }, (_, n) => {
      const username = named ? { username: `wanted_${people++}_${n}` } : {}
      const spelled = n % 2 === 0 ? email : email.toUpperCase()
      return ask('POST', '/api/register/', { body: { email: spelled, password: PASSWORD, ...username } })
    }),
  )
  const made = answers.filter(({ status }) => status === 201)
  must(made.length === 1, 'one address', () => statuses(answers))
  must(
    answers.every(({ status }) => status === 201 || status === 400 || status === 409),
    'one address',
    () => statuses(answers),
  )
  const row = await env.DIRECTORY.prepare(
    'SELECT count(DISTINCT u.id) AS users, count(s.id) AS sessions FROM users u LEFT JOIN sessions s ON s.user_id = u.id WHERE u.email = ?',
  )
    .bind(email)
    .first<{ users: number; sessions: number }>()
  must(row?.users === 1 && row.sessions === 1, 'one address', () => row)
}

trial('R10', async ({ seed, rounds }) => {
  const random = new Random(seed)
  let people = await several(JOINING)
  const figures = { rounds: 0, 'joins for one seat': 0, 'openings of one room': 0, 'registrations of one address': 0 }
  while (figures.rounds < rounds && cases.length === 0) {
    const held = figures.rounds % 2 === 0
    await seat(random, people)
    await sameRoom(random, held)
    await crossed(held)
    await lastAdmins(random)
    await oneAddress(random)
    figures.rounds += 1
    figures['joins for one seat'] += JOINING
    figures['openings of one room'] += 4
    figures['registrations of one address'] += REGISTERING
    if (figures.rounds % ROUNDS_KEPT === 0 && figures.rounds < rounds) {
      await reset().then(migrated)
      people = await several(JOINING)
    }
  }
  return { figures, cases }
})
