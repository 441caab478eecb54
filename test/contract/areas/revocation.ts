/** What is taken away is gone within a second, on sockets that were open before too. */
import { beforeEach, describe, expect, it } from 'vitest'
import { asked } from '../ask.ts'
import { as, makeGroup, PASSWORD, type Person, say, signIn, signUpAll } from '../cast.ts'
import { expectClosed, Listener, pause, upgradeStatus } from '../listener.ts'

let ada: Person
let bob: Person
let room: number
beforeEach(async () => {
  ;[ada, bob] = await signUpAll('ada', 'bob')
  room = await makeGroup(ada, bob)
})

/** One socket on each kind of actor, two in the room. */
const everywhere = (who: Person) =>
  Promise.all([Listener.inRoom(who, room), Listener.inRoom(who, room), Listener.ofSidebar(who), Listener.ofFeed(who)])

describe('4401: a session that ends', () => {
  it('by signing out closes its sockets everywhere, and no other’s', async () => {
    const there = await signIn(bob)
    const [mine, others] = [await everywhere(bob), await everywhere(there)]
    const since = performance.now()
    await asked(200, 'POST', '/api/logout/', { body: { refresh: bob.refresh } })
    await expectClosed(mine, 4401, since)
    for (const socket of others) await socket.ping()
    const marker = await say(ada, room, 'after')
    await others[0].next({ type: 'new_message', seq: marker.id })
    for (const socket of mine) expect(socket.heard((frame) => frame.message?.id === marker.id)).toEqual([])
  })

  it('by a new password closes those of all other sessions', async () => {
    const there = await signIn(bob)
    const [mine, others] = [await everywhere(bob), await everywhere(there)]
    const since = performance.now()
    await as(bob, 200, 'PATCH', '/api/profile/', { old_password: PASSWORD, new_password: 'another good one' })
    await expectClosed(others, 4401, since)
    for (const socket of mine) await socket.ping()
  })

  it('from another device, closes its sockets', async () => {
    const there = await signIn(bob)
    const [before] = (await as(bob, 200, 'GET', '/api/sessions/')).body.filter(
      (each: { current: boolean }) => !each.current,
    )
    const others = await everywhere(there)
    const since = performance.now()
    await as(bob, 204, 'DELETE', `/api/sessions/${before.id}/`)
    await expectClosed(others, 4401, since)
  })

  it('by erasing the account closes its sockets', async () => {
    const sockets = await everywhere(bob)
    const since = performance.now()
    await as(bob, 204, 'DELETE', '/api/profile/', { password: PASSWORD })
    await expectClosed(sockets, 4401, since)
  })

  it('opens no new socket', async () => {
    expect((await upgradeStatus(`/ws/chat/${room}/?token=${bob.access}`)).status).toBe(101)
    await asked(200, 'POST', '/api/logout/', { body: { refresh: bob.refresh } })
    for (const path of [`/ws/chat/${room}/`, '/ws/sidebar/', '/ws/notifications/']) {
      expect((await upgradeStatus(`${path}?token=${bob.access}`)).status).toBe(401)
    }
  })
})

describe('4403: somebody who is no longer a member', () => {
  it('has the room’s sockets closed, and hears nothing more', async () => {
    const [one, two, sidebar, feed] = await everywhere(bob)
    const since = performance.now()
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: bob.id })
    await expectClosed([one, two], 4403, since)
    await sidebar.next('room_removed')
    const canary = 'not for bob any more'
    await say(ada, room, canary)
    await pause(700)
    for (const socket of [one, two, sidebar, feed]) expect(socket.raw.join()).not.toContain(canary)
    await sidebar.ping()
    expect((await upgradeStatus(`/ws/chat/${room}/?token=${bob.access}`)).status).toBe(404)
  })

  it('by leaving has them closed as well', async () => {
    const seat = await Listener.inRoom(bob, room)
    const since = performance.now()
    await as(bob, 200, 'POST', `/api/chatrooms/${room}/leave_room/`)
    await expectClosed([seat], 4403, since)
  })
})

describe('4404: a room that is gone', () => {
  it('closes everybody’s sockets with it', async () => {
    const seats = await Promise.all([Listener.inRoom(ada, room), Listener.inRoom(bob, room)])
    const since = performance.now()
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/`)
    await expectClosed(seats, 4404, since)
  })
})

describe('4429: more sockets than one person may hold', () => {
  it('closes the oldest, so that whoever lost theirs without noticing can come back', async () => {
    const sockets: Listener[] = []
    for (let opened = 0; opened < 200 && sockets[0]?.isOpen !== false; opened++) {
      sockets.push(await Listener.openWith(`/ws/notifications/?token=${bob.access}`))
      await sockets.at(-1)?.next('notification_list')
      // The Close frame may come later than the list of the socket that it makes room for.
      await Promise.race([sockets[0]?.ping(), sockets[0]?.closed])
    }
    expect((await sockets[0]?.closed)?.code).toBe(4429)
    expect(sockets.length).toBeGreaterThan(10)
    for (const socket of sockets.slice(1)) await socket.ping()
  })
})

describe('an upgrade', () => {
  it('is refused with 404 for a room that is not one’s own, or not there', async () => {
    const [eve] = await signUpAll('eve')
    expect((await upgradeStatus(`/ws/chat/${room}/?token=${bob.access}`)).status).toBe(101)
    const foreign = await upgradeStatus(`/ws/chat/${room}/?token=${eve.access}`)
    const absent = await upgradeStatus(`/ws/chat/4503599627370497/?token=${eve.access}`)
    expect(foreign.status).toBe(404)
    expect(absent).toEqual(foreign)
  })

  it('is refused with 401 for what is not an access token', async () => {
    for (const query of ['', '?token=nonsense', `?token=${bob.refresh}`, '?ticket=nonsense']) {
      expect((await upgradeStatus(`/ws/sidebar/${query}`)).status).toBe(401)
    }
    const protocols = { 'sec-websocket-protocol': 'bearer, nonsense' }
    expect((await upgradeStatus('/ws/sidebar/', protocols)).status).toBe(401)
  })

  it('is asked for, not assumed', async () => {
    const { status } = await asked(426, 'GET', '/ws/sidebar/', { token: bob.access })
    expect(status).toBe(426)
  })
})
