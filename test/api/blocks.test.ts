/** `/api/users/{id}/block` and `/api/blocks`: what a block ends and hides, and how it takes effect. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TIMES } from '../../src/config'
import { newId, User } from '../../src/protocol'
import { Room } from '../../src/room/room'
import { meetAfter } from '../support/barrier'
import { eventually } from '../support/eventually'
import {
  type Answer,
  ask,
  cast,
  connect,
  direct,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openSidebar,
  pause,
  post,
  remove,
  type Someone,
  say,
  sidebarActor,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let round = 0
beforeEach(async () => {
  const names = ['ada', 'bob', 'cy'].map((name) => `${name}${round}`)
  ;[ada, bob, cy] = Object.values(await cast(...names)) as [Someone, Someone, Someone]
  round += 1
})
afterEach(() => vi.restoreAllMocks())

const block = (who: Someone, whom: Someone) => post(who, `/api/users/${whom.id}/block/`)
const unblock = (who: Someone, whom: Someone) => remove(who, `/api/users/${whom.id}/block/`)
const said = ({ status, body }: Answer) => [status, body?.code]
const request = (from: Someone, to: Someone) => post(from, '/api/friend-requests/', { to_user: to.id })
const friendsOf = async (who: Someone) => (await get(who, '/api/profile/')).body.friends
const write = (who: Someone, room: Frame) => post(who, `/api/chatrooms/${room.id}/messages/`, { content: 'hello' })
const seenBy = async (viewer: Someone, other: Someone): Promise<User> =>
  (await get(viewer, `/api/users/${other.id}/`)).body

async function befriend(one: Someone, other: Someone): Promise<Frame> {
  const made = (await request(one, other)).body
  const { body } = await post(other, `/api/friend-requests/${made.id}/accept/`)
  return { id: body.room }
}

describe('blocking', () => {
  test('is answered, listed to the blocker and told to nobody else', async () => {
    const { status, body } = await block(ada, bob)
    expect([status, typeof body.detail]).toEqual([200, 'string'])
    const listed = (await get(ada, '/api/blocks/')).body
    expect(listed.map(({ id }: User) => id)).toEqual([bob.id])
    expect(User.parse(listed[0])).toEqual(listed[0])
    expect(listed[0]).toEqual(await seenBy(ada, bob))
    expect(listed[0]).toMatchObject({ blocked: true, friendship_status: null })
    expect((await get(bob, '/api/blocks/')).body).toEqual([])
    expect(await seenBy(bob, ada)).toMatchObject({ blocked: false })
    expect((await get(bob, '/api/notifications/')).body).toEqual([])
  })

  test('may be repeated, and so may lifting it', async () => {
    expect((await block(ada, bob)).status).toBe(200)
    expect((await block(ada, bob)).status).toBe(200)
    expect((await get(ada, '/api/blocks/')).body).toHaveLength(1)
    expect(await unblock(ada, bob)).toMatchObject({ status: 204, body: null })
    expect((await unblock(ada, bob)).status).toBe(204)
    expect((await get(ada, '/api/blocks/')).body).toEqual([])
  })

  test('is not of oneself, of nobody, or by nobody', async () => {
    expect(said(await block(ada, ada))).toEqual([400, 'yourself'])
    for (const id of [newId(), 'x']) {
      expect(said(await post(ada, `/api/users/${id}/block/`))).toEqual([404, 'not_found'])
      expect(said(await remove(ada, `/api/users/${id}/block/`))).toEqual([404, 'not_found'])
    }
    expect(said(await ask('POST', `/api/users/${bob.id}/block/`))).toEqual([401, 'not_authenticated'])
    expect(said(await ask('GET', '/api/blocks/'))).toEqual([401, 'not_authenticated'])
  })

  test('the list can be searched and read in parts, and keeps those whose account is disabled', async () => {
    await block(ada, bob)
    await block(ada, cy)
    await env.DIRECTORY.prepare('UPDATE users SET disabled_at = 1 WHERE id = ?').bind(cy.id).run()
    const names = async (query: string) =>
      (await get(ada, `/api/blocks/${query}`)).body.map(({ username }: User) => username)
    expect(await names('')).toEqual([bob.username, cy.username])
    expect(await names('?search=CY')).toEqual([cy.username])
    expect((await get(ada, '/api/blocks/?limit=1')).headers.get('Link')).toContain('cursor=')
    expect((await unblock(ada, cy)).status).toBe(204)
  })

  test('ends the friendship for both; lifting it does not bring it back, but one may ask again', async () => {
    await befriend(ada, bob)
    expect(await friendsOf(bob)).toEqual([ada.id])
    await block(ada, bob)
    expect([await friendsOf(ada), await friendsOf(bob)]).toEqual([[], []])
    expect(said(await request(ada, bob))).toEqual([403, 'blocked'])
    expect(said(await request(bob, ada))).toEqual([403, 'blocked'])
    await unblock(bob, ada)
    expect(said(await request(bob, ada))).toEqual([403, 'blocked'])
    await unblock(ada, bob)
    expect([await friendsOf(ada), await friendsOf(bob)]).toEqual([[], []])
    expect((await request(bob, ada)).status).toBe(201)
  })

  test('settles the request that is open, and its notification', async () => {
    const made = (await request(bob, ada)).body
    await block(ada, bob)
    expect((await get(bob, `/api/friend-requests/${made.id}/`)).body.status).toBe('rejected')
    expect(said(await post(ada, `/api/friend-requests/${made.id}/accept/`))).toEqual([410, 'settled'])
    expect((await get(ada, '/api/notifications/')).body).toMatchObject([{ is_read: true }])
    expect(await seenBy(bob, ada)).toMatchObject({ friendship_status: null, outgoing_request_id: null })
  })
})

describe('rooms', () => {
  twice('the direct room is silent both ways, by socket and by REST, until the block is lifted', async (interlude) => {
    const room = await direct(ada, bob)
    await say(bob, room, 'before')
    const lines = [await enter(ada, room), await enter(bob, room)]
    await interlude()
    await block(ada, bob)
    await interlude()
    for (const [place, who] of [ada, bob].entries()) {
      expect(said(await write(who, room))).toEqual([403, 'blocked'])
      expect(await lines[place]?.answer({ type: 'send_message', content: 'x' })).toMatchObject({ code: 'blocked' })
    }
    // Both can still read the earlier messages.
    for (const who of [ada, bob]) {
      expect((await get(who, `/api/chatrooms/${room.id}/messages/`)).body.results).toHaveLength(1)
      expect((await get(who, '/api/chatrooms/')).body.results).toHaveLength(1)
    }
    await unblock(ada, bob)
    await interlude()
    expect((await write(bob, room)).status).toBe(201)
    expect(await lines[0]?.answer({ type: 'send_message', content: 'x' })).toMatchObject({ type: 'message.ack' })
  })

  test('a block of both is lifted by both', async () => {
    const room = await direct(ada, bob)
    await Promise.all([block(ada, bob), block(bob, ada)])
    await unblock(ada, bob)
    expect(said(await write(ada, room))).toEqual([403, 'blocked'])
    await unblock(bob, ada)
    expect((await write(ada, room)).status).toBe(201)
  })

  test('the direct room can be neither made nor opened by either of the two', async () => {
    const room = await direct(ada, bob)
    await block(ada, bob)
    await block(cy, ada)
    for (const [who, whom] of [
      [ada, bob],
      [bob, ada],
      [ada, cy],
      [cy, ada],
    ] as const) {
      expect(said(await post(who, '/api/chatrooms/direct/', { user_id: whom.id }))).toEqual([403, 'blocked'])
      expect(said(await post(who, '/api/chatrooms/', { participant_ids: [whom.id] }))).toEqual([403, 'blocked'])
    }
    expect((await direct(bob, cy)).participants).toHaveLength(2)
    expect((await get(cy, '/api/chatrooms/')).body.results).toHaveLength(1)
    await unblock(ada, bob)
    await unblock(cy, ada)
    expect((await direct(bob, ada)).id).toBe(room.id)
    expect((await direct(ada, cy)).is_group).toBe(false)
  })

  test('a room opened while a block arrives is silent or not there', async () => {
    for (let turn = 0; turn < 10; turn++) {
      const [one, other] = Object.values(await cast(`one${round}x${turn}`, `other${round}x${turn}`)) as [
        Someone,
        Someone,
      ]
      const race = meetAfter(2, /FROM sessions s JOIN users u/)
      const [opened, blocked] = await Promise.all([
        ask('POST', '/api/chatrooms/direct/', { token: one.access, body: { user_id: other.id }, env: race }),
        ask('POST', `/api/users/${one.id}/block/`, { token: other.access, env: race }),
      ])
      expect(blocked.status).toBe(200)
      if (opened.status === 201) expect(said(await write(one, opened.body))).toEqual([403, 'blocked'])
      else expect(said(opened)).toEqual([403, 'blocked'])
    }
  })

  test('neither of two puts the other into a group; others may bring the two together', async () => {
    await block(ada, bob)
    const named = { room_name: 'Surprise', participant_ids: [ada.id, cy.id] }
    const made = await post(bob, '/api/chatrooms/', named)
    expect(said(made)).toEqual([403, 'blocked'])
    expect(made.body.participant_ids).toEqual([expect.stringContaining(String(ada.id))])
    const theirs = await group(bob, [cy])
    const added = await post(bob, `/api/chatrooms/${theirs.id}/add_members/`, { users: [ada.id] })
    expect(said(added)).toEqual([403, 'blocked'])
    expect((await get(ada, '/api/chatrooms/')).body.results).toEqual([])
    expect((await group(cy, [ada, bob])).participants).toHaveLength(3)
    // The answers are equal except for the ids, so they do not reveal who blocked whom.
    const other = await post(ada, '/api/chatrooms/', { ...named, participant_ids: [bob.id, cy.id] })
    const plain = ({ body }: Answer) => JSON.stringify(body).replaceAll(/\d{9,}/g, 'N')
    expect(plain(other)).toBe(plain(made))
    const mine = await group(ada, [cy])
    expect(plain(await post(ada, `/api/chatrooms/${mine.id}/add_members/`, { users: [bob.id] }))).toBe(plain(added))
  })
})

describe('presence', () => {
  /** Waits until the directory says of somebody that they are online. */
  const isOnline = async (viewer: Someone, other: Someone) => {
    while (!(await seenBy(viewer, other)).online_status) await pause(20)
  }
  const presenceOf = (line: Line, who: Someone) =>
    line.frames.filter(({ type, user_id }) => type === 'presence' && user_id === who.id)
  const registered = async (who: Someone) => {
    const row = await env.DIRECTORY.prepare('SELECT created_at FROM users WHERE id = ?')
      .bind(who.id)
      .first<{ created_at: number }>()
    return new Date(row?.created_at ?? 0).toISOString()
  }

  test('is hidden both ways in every list and detail', async () => {
    const room = await direct(ada, bob)
    const club = await group(cy, [ada, bob])
    for (const who of [ada, bob]) await openSidebar(who)
    for (const who of [ada, bob]) await enter(who, club)
    for (const [viewer, other] of [
      [ada, bob],
      [bob, ada],
    ] as const) {
      await isOnline(viewer, other)
    }
    const shown = async (viewer: Someone, other: Someone) => {
      const people: User[] = (await get(viewer, `/api/users/?search=${other.username}`)).body
      const both = await Promise.all([room, club].map(({ id }) => get(viewer, `/api/chatrooms/${id}/`)))
      const list = await get(viewer, `/api/chatrooms/${club.id}/participants/`)
      const participants = [...both.map(({ body }) => body.participants), list.body].flat()
      return [...people, ...participants, await seenBy(viewer, other)]
        .filter(({ id }) => id === other.id)
        .map(({ online_status, last_seen }) => [online_status, last_seen])
    }
    expect((await shown(ada, bob)).map(([online]) => online)).toEqual([true, true, true, true, true])
    await block(ada, bob)
    expect(await shown(ada, bob)).toEqual(Array(5).fill([false, await registered(bob)]))
    expect(await shown(bob, ada)).toEqual(Array(5).fill([false, await registered(ada)]))
    const others = (await get(cy, `/api/chatrooms/${club.id}/`)).body.participants
    expect(others.filter(({ id }: Frame) => id !== cy.id).map(({ online_status }: Frame) => online_status)).toEqual([
      true,
      true,
    ])
    await unblock(ada, bob)
    expect((await shown(bob, ada)).map(([online]) => online)).toEqual([true, true, true, true, true])
  })

  test('is hidden when a room opens, and when it is come back to', async () => {
    const club = await group(cy, [ada, bob])
    const a = await enter(ada, club)
    const opened = async (who: Someone) => (await connect(who, `/ws/chat/${club.id}/`)).next('ready')
    expect((await opened(bob)).online).toContain(ada.id)
    await block(bob, ada)
    expect((await opened(bob)).online).not.toContain(ada.id)
    expect((await opened(ada)).online).not.toContain(bob.id)
    expect((await opened(cy)).online.sort()).toEqual([ada.id, bob.id, cy.id].sort())
    const resumed = async (who: Someone) => {
      const line = await connect(who, `/ws/chat/${club.id}/?after=1`)
      // How somebody came in says nothing of whether they are there: that would be one frame for all.
      const { user } = await line.next('member_added', ({ user }) => user.id === ada.id)
      expect(user.online_status).toBe(false)
      return (await line.next('ready')).online.includes(ada.id)
    }
    expect([await resumed(bob), await resumed(cy)]).toEqual([false, true])
    a.close()
  })

  twice('somebody who comes is announced to everybody but those', async (interlude) => {
    await direct(ada, bob)
    await direct(ada, cy)
    const club = await group(cy, [ada, bob])
    await block(ada, bob)
    const [b, c] = [await openSidebar(bob), await openSidebar(cy)]
    const [inRoomB, inRoomC] = [await enter(bob, club), await enter(cy, club)]
    await interlude()
    await openSidebar(ada)
    await c.next('presence', ({ user_id, online }) => user_id === ada.id && online)
    await inRoomC.next('presence', ({ user_id, online }) => user_id === ada.id && online)
    await Promise.all([b.heard(), inRoomB.heard()])
    expect([presenceOf(b, ada), presenceOf(inRoomB, ada)]).toEqual([[], []])
    // Nor is it told to who comes now.
    const again = await openSidebar(bob)
    await again.heard()
    expect(presenceOf(again, ada)).toEqual([])
    expect(presenceOf(again, cy)).toEqual([])
    await unblock(ada, bob)
    for (const line of [b, inRoomB]) await line.next('presence', ({ user_id, online }) => user_id === ada.id && online)
  })

  twice(
    'a block shows each as gone where the other was looking, and lifting it shows them again',
    async (interlude) => {
      const room = await direct(ada, bob)
      const [a, b] = [await openSidebar(ada), await openSidebar(bob)]
      const [inRoomA, inRoomB] = [await enter(ada, room), await enter(bob, room)]
      await isOnline(ada, bob)
      await isOnline(bob, ada)
      await interlude()
      await block(bob, ada)
      const gone = (who: Someone) => (frame: Frame) => frame.user_id === who.id && frame.online === false
      const back = (who: Someone) => (frame: Frame) => frame.user_id === who.id && frame.online === true
      for (const [line, other] of [
        [a, bob],
        [inRoomA, bob],
        [b, ada],
        [inRoomB, ada],
      ] as const) {
        expect((await line.next('presence', gone(other))).last_seen).toBe(await registered(other))
      }
      await interlude()
      await unblock(bob, ada)
      for (const [line, other] of [
        [a, bob],
        [inRoomA, bob],
        [b, ada],
        [inRoomB, ada],
      ] as const) {
        await line.next('presence', back(other))
      }
    },
  )
})

describe('a neighbour that fails', () => {
  /** The real actors, of which calls to `name` fail while `down()`. */
  const broken = (namespace: 'SIDEBARS' | 'ROOMS', name: number, down: () => boolean) =>
    ({
      [namespace]: {
        getByName(asked: string) {
          if (asked === String(name) && down()) throw new Error('Network connection lost.')
          return env[namespace].getByName(asked)
        },
      },
    }) as unknown as Partial<Env>

  test('the blocker’s sidebar: the answer does not claim what does not hold, and it holds soon after', async () => {
    const room = await direct(ada, bob)
    let failures = 2
    const failing = broken('SIDEBARS', ada.id, () => failures-- > 0)
    const path = `/api/users/${bob.id}/block/`
    const answer = await ask('POST', path, { token: ada.access, env: failing })
    expect(said(answer)).toEqual([503, 'unavailable'])
    expect(answer.headers.get('Retry-After')).toBe('2')
    expect(failures).toBe(-1)
    expect(said(await write(bob, room))).toEqual([403, 'blocked'])
    expect((await ask('POST', path, { token: ada.access })).status).toBe(200)
  })

  test('the other’s sidebar: the block holds all the same', async () => {
    const room = await direct(ada, bob)
    let failures = 2
    const failing = broken('SIDEBARS', bob.id, () => failures-- > 0)
    const answer = await ask('POST', `/api/users/${bob.id}/block/`, { token: ada.access, env: failing })
    expect(answer.status).toBe(200)
    expect(said(await write(bob, room))).toEqual([403, 'blocked'])
  })
})

describe('what the sidebar owes the room', () => {
  test('is delivered later when the room does not take it now, also by a sidebar that was out of memory', async () => {
    const room = await direct(ada, bob)
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const failing = vi.spyOn(Room.prototype, 'setBlock').mockImplementationOnce(() => {
      throw new Error('Network connection lost.')
    })
    expect((await block(ada, bob)).status).toBe(200)
    expect(failing).toHaveBeenCalledOnce()
    expect((await write(bob, room)).status).toBe(201)
    await evictDurableObject(sidebarActor(ada))
    await pause(TIMES.outboxFirst)
    // The alarm may be running already.
    await runDurableObjectAlarm(sidebarActor(ada))
    await eventually(() => expect(failing).toHaveBeenCalledTimes(2))
    expect(said(await write(bob, room))).toEqual([403, 'blocked'])
  })

  test('is what stands now, when it changes while the room is being told: the answer waits for that', async () => {
    const room = await direct(ada, bob)
    const real = Room.prototype.setBlock
    let held = true
    const telling = vi.spyOn(Room.prototype, 'setBlock').mockImplementationOnce(async function (this: Room, ...told) {
      while (held) await scheduler.wait(10)
      real.apply(this, told)
    } as typeof real)
    const blocking = block(ada, bob)
    await eventually(() => expect(telling).toHaveBeenCalledOnce())
    const lifting = unblock(ada, bob)
    const owed = () =>
      runInDurableObject(sidebarActor(ada), (_, { storage }) =>
        storage.sql.exec(`SELECT revision FROM outbox WHERE key = 'block:${bob.id}:${room.id}'`).toArray(),
      )
    await eventually(async () => expect(await owed()).toEqual([{ revision: 2 }]))
    held = false
    expect([(await blocking).status, (await lifting).status]).toEqual([200, 204])
    expect((await write(bob, room)).status).toBe(201)
  })

  test('follows the directory, in whatever order the changes arrive', async () => {
    const room = await direct(ada, bob)
    for (let turn = 0; turn < 10; turn++) {
      const race = meetAfter(2, /FROM sessions s JOIN users u/)
      const change = (method: string) => ask(method, `/api/users/${bob.id}/block/`, { token: ada.access, env: race })
      const methods = turn % 2 ? ['POST', 'DELETE'] : ['DELETE', 'POST']
      const answers = await Promise.all(methods.map(change))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 204])
      while (await runDurableObjectAlarm(sidebarActor(ada))) await pause(20)
      const blocked = (await get(ada, '/api/blocks/')).body.length === 1
      expect((await write(bob, room)).status).toBe(blocked ? 403 : 201)
    }
  })
})
