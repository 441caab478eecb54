/** Consent: nobody is added to a group that they left, or by a person whom they do not allow. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { TIMES } from '../../src/config'
import { CIRCLES, type Circle } from '../../src/protocol'
import {
  atRest,
  cast,
  direct,
  done,
  type Frame,
  get,
  group,
  openFeed,
  patch,
  post,
  presentTime,
  remove,
  roomActor,
  type Someone,
  say,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let room: Frame
let round = 0
beforeEach(async () => {
  round += 1
  ;[ada, bob, cy] = Object.values(await cast(`ada${round}`, `bob${round}`, `cy${round}`)) as [Someone, Someone, Someone]
  room = await group(ada, [bob, cy])
})
afterEach(presentTime)

const at = (more: string) => `/api/chatrooms/${room.id}/${more}`
const leave = (who: Someone) => done(post(who, at('leave_room/')))
const add = (who: Someone) => post(ada, at('add_members/'), { users: [who.id] })
const accept = (who: Someone) => post(who, `/api/invites/${room.id}/accept/`)
const decline = (who: Someone) => post(who, `/api/invites/${room.id}/decline/`)
const isIn = async (who: Someone) => (await get(who, at(''))).status === 200
const people = ({ participants }: Frame) => participants.map(({ id }: Frame) => id)
const invitesOf = async (who: Someone): Promise<Frame[]> => done(get(who, '/api/invites/')) as Promise<Frame[]>
const notice = async (who: Someone): Promise<Frame> => {
  await atRest(room)
  const all: Frame[] = (await get(who, '/api/notifications/')).body
  return all.find(({ invitation }) => invitation !== null) ?? {}
}

describe('[R50] somebody who left a group', () => {
  twice('is asked, and comes back by accepting', async (interlude) => {
    await say(bob, room, 'before')
    await leave(bob)
    const feed = await openFeed(bob)
    await interlude()
    const added = await done(add(bob))
    expect([added.invited, people(added), await isIn(bob)]).toEqual([[bob.id], [ada.id, cy.id], false])
    const { notification } = await feed.next(
      'new_notification',
      ({ notification }) => notification.invitation === 'open',
    )
    expect(notification).toMatchObject({
      notification_type: 'room_invite',
      sender_id: ada.id,
      room_id: room.id,
      message: `${ada.username} invites you back to The Group`,
      is_read: false,
    })
    expect(await invitesOf(bob)).toEqual([notification])
    expect((await done(get(ada, at('invites/')))) as unknown).toEqual([
      {
        user: { id: bob.id, username: bob.username, full_name: bob.username, profile_pic: null, is_bot: false },
        invited_by: ada.id,
        invited_at: expect.any(String),
      },
    ])
    await interlude()
    const back = await accept(bob)
    expect([back.status, people(back.body), back.body.my_role]).toEqual([200, [ada.id, cy.id, bob.id], 'member'])
    await feed.next('notification_updated', ({ notification }) => notification.invitation === 'accepted')
    expect([await invitesOf(bob), (await done(get(ada, at('invites/')))) as unknown]).toEqual([[], []])
    expect(await notice(bob)).toMatchObject({ invitation: 'accepted', is_read: true })
    expect((await accept(bob)).status).toBe(404)
  })

  twice('is not asked again for a month after declining', async (interlude) => {
    await leave(bob)
    await done(add(bob))
    await interlude()
    expect((await decline(bob)).status).toBe(204)
    expect(await notice(bob)).toMatchObject({ invitation: 'declined', is_read: true })
    expect([await invitesOf(bob), await isIn(bob), (await accept(bob)).status]).toEqual([[], false, 404])
    await interlude()
    const again = await post(ada, at('add_members/'), { users: [bob.id, cy.id] })
    expect([again.status, again.body.code, again.body.users]).toEqual([
      403,
      'blocked',
      [`Person ${bob.id} cannot be reached.`],
    ])
    await runInDurableObject(roomActor(room), (_, { storage: { sql } }) => {
      sql.exec('UPDATE invitations SET declined_at = declined_at - ?', TIMES.inviteCooldown)
    })
    expect((await done(add(bob))).invited).toEqual([bob.id])
    expect((await accept(bob)).status).toBe(200)
  })

  test('is asked once, however often they are added, and can be added with others at once', async () => {
    await leave(bob)
    const { dan } = await cast(`dan${round}`).then((made) => ({ dan: Object.values(made)[0] as Someone }))
    const first = await done(post(ada, at('add_members/'), { users: [bob.id, dan.id, cy.id] }))
    expect([first.invited, people(first)]).toEqual([[bob.id], [ada.id, cy.id, dan.id]])
    await done(add(bob))
    await atRest(room)
    const notices: Frame[] = (await get(bob, '/api/notifications/')).body
    expect(notices.filter(({ invitation }) => invitation === 'open')).toMatchObject([{ count: 1 }])
    // A member who leaves again is invited again.
    await done(accept(bob))
    await leave(bob)
    await done(add(bob))
    expect(await notice(bob)).toMatchObject({ invitation: 'open', is_read: false })
  })

  test('comes back by a link of their own accord, whether asked or not', async () => {
    const { code } = await done(post(ada, at('shareable_link/')))
    await leave(bob)
    await leave(cy)
    await done(add(bob))
    for (const who of [bob, cy]) expect((await post(who, `/api/chatrooms/join/${code}/`)).status).toBe(200)
    expect(await notice(bob)).toMatchObject({ invitation: 'accepted', is_read: true })
    expect(await invitesOf(bob)).toEqual([])
  })

  test.each<[string, () => Promise<unknown>]>([
    ['is taken back', () => done(remove(ada, at(`invites/${bob.id}/`)))],
    ['is banned', () => done(post(ada, at('bans/'), { user_id: bob.id }))],
    ['finds the room deleted', () => done(remove(ada, at('')))],
  ])('who %s has nothing to answer any more', async (_, end) => {
    await leave(bob)
    await done(add(bob))
    await end()
    expect(await notice(bob)).toMatchObject({ invitation: 'withdrawn', is_read: true })
    expect([(await accept(bob)).status, (await decline(bob)).status, await isIn(bob)]).toEqual([404, 404, false])
  })

  test('is asked by admins only, and by nobody whom they have blocked', async () => {
    await leave(bob)
    expect((await post(cy, at('add_members/'), { users: [bob.id] })).body.code).toBe('admins_only')
    expect((await get(cy, at('invites/'))).body.code).toBe('admins_only')
    await done(post(bob, `/api/users/${ada.id}/block/`))
    expect((await add(bob)).body.code).toBe('blocked')
    await atRest(room)
    expect((await get(bob, '/api/notifications/')).body.filter(({ invitation }: Frame) => invitation)).toEqual([])
  })

  test('is not whoever was removed: they may be put back', async () => {
    await done(post(ada, at('remove_member/'), { user_id: bob.id }))
    expect((await done(add(bob))).invited).toEqual([])
    expect(await isIn(bob)).toBe(true)
  })
})

test('an invitation that never was cannot be answered, and a room without one looks as if it were not there', async () => {
  const { dan } = await cast(`dan${round}`).then((made) => ({ dan: Object.values(made)[0] as Someone }))
  for (const id of [room.id, 4_503_599_627_370_497, 'x']) {
    for (const [answer, how] of [
      [await post(dan, `/api/invites/${id}/accept/`), 'accept'],
      [await post(dan, `/api/invites/${id}/decline/`), 'decline'],
    ] as const) {
      expect([how, id, answer.status, answer.body.code]).toEqual([how, id, 404, 'not_found'])
    }
  }
  expect((await accept(cy)).status).toBe(404)
})

describe('who may put somebody into groups', () => {
  type By = 'stranger' | 'mate' | 'friend'
  const MAY: Record<Circle, By[]> = {
    everyone: ['stranger', 'mate', 'friend'],
    rooms: ['mate', 'friend'],
    friends: ['friend'],
    nobody: [],
  }
  let people: Record<By | 'chooser', Someone>
  beforeEach(async () => {
    const made = Object.values(
      await cast(...['chooser', 'stranger', 'mate', 'friend'].map((role) => `${role}${round}`)),
    )
    const [chooser, stranger, mate, friend] = made as [Someone, Someone, Someone, Someone]
    people = { chooser, stranger, mate, friend }
    await group(mate, [chooser])
    const request = await done(post(friend, '/api/friend-requests/', { to_user: chooser.id }))
    await done(post(chooser, `/api/friend-requests/${request.id}/accept/`))
  })

  test.each(CIRCLES)('%s', async (circle) => {
    const { chooser } = people
    await done(patch(chooser, '/api/profile/', { who_may_add_me: circle }))
    for (const role of ['stranger', 'mate', 'friend'] as const) {
      const by = people[role]
      const made = await post(by, '/api/chatrooms/', { room_name: 'Surprise', participant_ids: [chooser.id] })
      const mine = await group(by, [])
      const added = await post(by, `/api/chatrooms/${mine.id}/add_members/`, { users: [chooser.id] })
      const may = MAY[circle].includes(role)
      expect([role, made.status, added.status]).toEqual([role, may ? 201 : 403, may ? 200 : 403])
      if (!may) {
        const words = { detail: 'This cannot be delivered.', code: 'blocked' }
        expect(made.body).toMatchObject({ ...words, participant_ids: [`Person ${chooser.id} cannot be reached.`] })
        expect(added.body).toMatchObject({ ...words, users: [`Person ${chooser.id} cannot be reached.`] })
      }
      // Whom they write with, and which links they follow, is another matter.
      expect((await post(by, '/api/chatrooms/direct/', { user_id: chooser.id })).status).toBeLessThan(300)
      const { code } = await done(post(by, `/api/chatrooms/${mine.id}/shareable_link/`))
      expect((await post(chooser, `/api/chatrooms/join/${code}/`)).status).toBe(200)
      // A direct room is a room that they share.
      if (circle === 'rooms') {
        const other = await group(by, [])
        expect((await post(by, `/api/chatrooms/${other.id}/add_members/`, { users: [chooser.id] })).status).toBe(200)
      }
    }
  })

  test('a room that both have left, or that is gone, is not shared', async () => {
    const { chooser, mate } = people
    await done(patch(chooser, '/api/profile/', { who_may_add_me: 'rooms' }))
    const invite = () => post(mate, '/api/chatrooms/', { room_name: 'New', participant_ids: [chooser.id] })
    const [shared] = (await done(get(chooser, '/api/chatrooms/?search=The Group'))).results
    await done(remove(mate, `/api/chatrooms/${shared.id}/`))
    await atRest(shared)
    expect((await invite()).status).toBe(403)
    await direct(chooser, mate)
    expect((await invite()).status).toBe(201)
  })

  test('is everyone for accounts of before', async () => {
    const { results } = await env.DIRECTORY.prepare(
      'SELECT DISTINCT who_may_add_me, who_sees_me_online FROM users',
    ).all()
    expect(results).toContainEqual({ who_may_add_me: 'everyone', who_sees_me_online: 'everyone' })
  })
})
