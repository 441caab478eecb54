/** [R76] Presence is shown only to those whom a person allows, in every place that shows it. */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { CIRCLES, type Circle } from '../../src/protocol'
import { eventually } from '../support/eventually'
import { promote } from '../support/staff'
import {
  cast,
  connect,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openSidebar,
  patch,
  pause,
  post,
  remove,
  type Someone,
  twice,
} from '../support/world'

type Viewer = 'stranger' | 'mate' | 'friend' | 'staff'
type Company = Record<Viewer | 'shown', Someone>

let round = 0
let company: Company
let club: Frame

/** Somebody, a friend of theirs, somebody who shares a group with both, and people with whom they have nothing in common. */
async function assemble(): Promise<void> {
  round += 1
  const roles = ['shown', 'stranger', 'mate', 'friend', 'staff'] as const
  const people = await cast(...roles.map((role) => `${role}${round}`))
  company = Object.fromEntries(roles.map((role) => [role, people[`${role}${round}`]])) as Company
  const { shown, mate, friend, staff } = company
  await promote(staff)
  club = await group(mate, [shown, friend])
  const request = await done(post(friend, '/api/friend-requests/', { to_user: shown.id }))
  await done(post(shown, `/api/friend-requests/${request.id}/accept/`))
}
beforeAll(assemble, 60_000)

const SEES: Record<Circle, Viewer[]> = {
  everyone: ['stranger', 'mate', 'friend', 'staff'],
  rooms: ['mate', 'friend'],
  friends: ['friend'],
  nobody: [],
}

const choose = (who_sees_me_online: Circle) => done(patch(company.shown, '/api/profile/', { who_sees_me_online }))
const registered = async () => {
  const at = await env.DIRECTORY.prepare('SELECT created_at FROM users WHERE id = ?')
    .bind(company.shown.id)
    .first<number>('created_at')
  return new Date(at ?? 0).toISOString()
}
const aboutThem = ({ type, user_id }: Frame) => type === 'presence' && user_id === company.shown.id

/** Every list that shows somebody's presence, as one viewer gets it. */
const LISTS: Record<string, { viewers: Viewer[]; ask: (viewer: Someone) => Promise<Frame[]> }> = {
  'a person': {
    viewers: ['stranger', 'mate', 'friend', 'staff'],
    ask: async (viewer) => [await done(get(viewer, `/api/users/${company.shown.id}/`))],
  },
  'a search for people': {
    viewers: ['stranger', 'mate', 'friend', 'staff'],
    ask: (viewer) => done(get(viewer, `/api/users/?search=${company.shown.username}`)) as Promise<Frame[]>,
  },
  friends: { viewers: ['friend'], ask: (viewer) => done(get(viewer, '/api/friends/')) as Promise<Frame[]> },
  'a room': {
    viewers: ['mate', 'friend'],
    ask: async (viewer) => (await done(get(viewer, `/api/chatrooms/${club.id}/`))).participants,
  },
  'the participants of a room': {
    viewers: ['mate', 'friend'],
    ask: (viewer) => done(get(viewer, `/api/chatrooms/${club.id}/participants/`)) as Promise<Frame[]>,
  },
  'accounts, as staff see them': {
    viewers: ['staff'],
    ask: (viewer) => done(get(viewer, `/api/admin/users/?search=${company.shown.username}`)) as Promise<Frame[]>,
  },
  'an account, as staff see it': {
    viewers: ['staff'],
    ask: async (viewer) => [await done(get(viewer, `/api/admin/users/${company.shown.id}/`))],
  },
}

describe.each(CIRCLES)('[R76] shown to %s', (circle) => {
  beforeAll(async () => {
    await choose(circle)
    await openSidebar(company.shown)
    await enter(company.shown, club)
    await eventually(async () => expect((await done(get(company.shown, '/api/profile/'))).online_status).toBe(true))
    return () => {}
  })

  test.each(Object.entries(LISTS))('%s', async (_, { viewers, ask }) => {
    for (const viewer of viewers) {
      const seen = (await ask(company[viewer])).find(({ id }) => id === company.shown.id) as Frame
      const may = SEES[circle].includes(viewer)
      expect([viewer, seen.online_status]).toEqual([viewer, may])
      // Hidden, they were last seen when they registered, which tells nothing.
      if (!may) expect([viewer, seen.last_seen]).toEqual([viewer, await registered()])
    }
  })

  test('a room that is opened, a list that is opened', async () => {
    for (const viewer of ['mate', 'friend'] as const) {
      const ready = await (await connect(company[viewer], `/ws/chat/${club.id}/`)).next('ready')
      expect([viewer, ready.online.includes(company.shown.id)]).toEqual([viewer, SEES[circle].includes(viewer)])
    }
    const list = await openSidebar(company.friend)
    await list.heard()
    expect(list.frames.some(aboutThem)).toBe(SEES[circle].includes('friend'))
  })
})

describe('[R76] live', () => {
  /** The lines of the viewers, and what each was told last of somebody. */
  interface Lines {
    mateInRoom: Line
    friendInRoom: Line
    friendsList: Line
  }
  const told = (line: Line) => line.frames.findLast(aboutThem)?.online

  async function watch(): Promise<Lines> {
    const { mate, friend } = company
    return {
      mateInRoom: await enter(mate, club),
      friendInRoom: await enter(friend, club),
      friendsList: await openSidebar(friend),
    }
  }

  twice('coming and going is told to those who may know, and to nobody else', async (interlude) => {
    for (const circle of CIRCLES) {
      await assemble()
      await choose(circle)
      const lines = await watch()
      await interlude()
      const list = await openSidebar(company.shown)
      const may = SEES[circle]
      const expected = {
        mateInRoom: may.includes('mate'),
        friendInRoom: may.includes('friend'),
        friendsList: may.includes('friend'),
      }
      for (const [name, line] of Object.entries(lines) as [keyof Lines, Line][]) {
        if (expected[name]) await line.until(`${circle} ${name}`, () => told(line) || undefined)
        else {
          await pause(100)
          await line.heard()
          expect([circle, name, line.frames.filter(aboutThem)]).toEqual([circle, name, []])
        }
      }
      for (const line of [list, ...Object.values(lines)]) line.close()
    }
  })

  twice('another choice holds at once where somebody is looking', async (interlude) => {
    await assemble()
    const lines = await watch()
    const list = await openSidebar(company.shown)
    const { mateInRoom, friendInRoom, friendsList } = lines
    const become = (line: Line, online: boolean) =>
      line.until(`online ${online}`, () => (told(line) === online ? true : undefined))
    for (const line of Object.values(lines)) await become(line, true)
    await interlude()
    await choose('friends')
    await become(mateInRoom, false)
    expect(mateInRoom.frames.findLast(aboutThem)?.last_seen).toBe(await registered())
    await become(friendInRoom, true)
    await become(friendsList, true)
    await interlude()
    await choose('nobody')
    for (const line of [friendInRoom, friendsList]) await become(line, false)
    await interlude()
    await choose('rooms')
    for (const line of Object.values(lines)) await become(line, true)
    // Going is told to those who knew of the coming.
    await choose('friends')
    await become(mateInRoom, false)
    const from = mateInRoom.frames.length
    await done(remove(company.friend, `/api/friends/${company.shown.id}/`))
    await become(friendsList, false)
    expect(mateInRoom.frames.slice(from).filter(aboutThem)).toEqual([])
    list.close()
  })

  test('somebody new in a room shows themselves to those only who may know', async () => {
    await assemble()
    await choose('friends')
    const { shown, mate, friend } = company
    await openSidebar(shown)
    const other = await group(mate, [friend])
    const [theirs, friends] = [await enter(mate, other), await enter(friend, other)]
    await done(post(mate, `/api/chatrooms/${other.id}/add_members/`, { users: [shown.id] }))
    await friends.until('the newcomer', () => told(friends) || undefined)
    await theirs.heard()
    expect(theirs.frames.filter(aboutThem)).toEqual([])
  })
})

test('the choices stand in the profile, are one’s own affair, and take nothing else', async () => {
  await assemble()
  const { shown, mate } = company
  const before = await done(get(shown, '/api/profile/'))
  expect([before.who_may_add_me, before.who_sees_me_online]).toEqual(['everyone', 'everyone'])
  const changed = await done(patch(shown, '/api/profile/', { who_may_add_me: 'friends', bio: 'Here.' }))
  expect(changed).toMatchObject({ who_may_add_me: 'friends', who_sees_me_online: 'everyone', bio: 'Here.' })
  for (const wrong of ['everybody', '', null, 1]) {
    const { status, body } = await patch(shown, '/api/profile/', { who_sees_me_online: wrong })
    expect([status, body.code, body.who_sees_me_online]).toEqual([400, 'invalid', [expect.any(String)]])
  }
  const seen = await done(get(mate, `/api/users/${shown.id}/`))
  expect(Object.keys(seen)).not.toContain('who_may_add_me')
  expect(await direct(mate, shown)).toMatchObject({ is_group: false })
})
