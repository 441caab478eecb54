/** Membership: who comes, who goes, who may what; always told, and always the same for everyone. */
import { beforeAll, expect, test } from 'vitest'
import {
  atRest,
  cast,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  Line,
  patch,
  post,
  remove,
  roomActor,
  type Someone,
  say,
  sidebarActor,
  signUp,
  tryConnect,
  twice,
} from '../support/world'

let ada: Someone
let bob: Someone
let cy: Someone
let dee: Someone
let stranger: Someone
beforeAll(async () => {
  ;({ ada, bob, cy, dee, stranger } = await cast('ada', 'bob', 'cy', 'dee', 'stranger'))
})

const act = (who: Someone, room: Frame, action: string, body: object = {}) =>
  post(who, `/api/chatrooms/${room.id}/${action}/`, body)
const detail = async (who: Someone, room: Frame): Promise<Frame> => done(get(who, `/api/chatrooms/${room.id}/`))
const roles = async (who: Someone, room: Frame): Promise<Record<string, string>> =>
  Object.fromEntries((await detail(who, room)).participants.map((each: Frame) => [each.username, each.role]))

twice('[R50] an admin adds people; everyone hears it, and the newcomer comes in', async (interlude) => {
  const room = await group(ada, [bob])
  await say(ada, room, 'before')
  const b = await enter(bob, room)
  expect(await tryConnect(cy, `/ws/chat/${room.id}/`)).toMatchObject({ status: 404 })
  await interlude()
  await done(act(ada, room, 'add_members', { users: [cy.id, cy.id] }))
  const { body } = await act(ada, room, 'add_members', { users: [bob.id, dee.id] })
  expect(body.participants.map(({ username }: Frame) => username)).toEqual(['ada', 'bob', 'cy', 'dee'])
  const heard = await b.heard()
  expect(heard.map(({ type, user }) => [type, user.id, user.role])).toEqual([
    ['member_added', cy.id, 'member'],
    ['member_added', dee.id, 'member'],
  ])
  expect(heard[1]?.seq).toBeGreaterThan(heard[0]?.seq)
  await interlude()
  const c = await enter(cy, room)
  await say(bob, room, 'welcome')
  expect((await c.next('new_message')).message.content).toBe('welcome')
  // What was said before may be read; it is only not unread.
  const page = await get(cy, `/api/chatrooms/${room.id}/messages/`)
  expect(page.body.results.map(({ content }: Frame) => content)).toEqual(['welcome', 'before'])
  expect((await detail(cy, room)).unread_count).toBe(1)
  // Adding who is there already changes nothing.
  expect((await act(ada, room, 'add_members', { users: [cy.id] })).status).toBe(200)
  expect((await b.heard()).map(({ type }) => type)).toEqual(['new_message'])
})

test('[R50] [R51] only admins add, remove, rename and hand out roles', async () => {
  const room = await group(ada, [bob, cy])
  const b = await enter(bob, room)
  const tries = (who: Someone) =>
    Promise.all([
      act(who, room, 'add_members', { users: [dee.id] }),
      act(who, room, 'remove_member', { user_id: cy.id }),
      act(who, room, 'assign_admin', { user_id: who.id }),
      act(who, room, 'revoke_admin', { user_id: ada.id }),
      patch(who, `/api/chatrooms/${room.id}/`, { room_name: 'Mine' }),
    ])
  for (const { status, body } of await tries(bob)) expect([status, body.code]).toEqual([403, 'admins_only'])
  for (const { status } of await tries(stranger)) expect(status).toBe(404)
  expect((await remove(bob, `/api/chatrooms/${room.id}/`)).body.code).toBe('owner_only')
  expect((await act(ada, room, 'add_members', { users: [1] })).body.code).toBe('unknown_users')
  expect(await b.heard()).toEqual([])
  expect(await roles(bob, room)).toEqual({ ada: 'owner', bob: 'member', cy: 'member' })
})

twice('[R54] roles are handed out and taken back, but never the owner’s', async (interlude) => {
  const room = await group(ada, [bob, cy])
  const c = await enter(cy, room)
  await done(act(ada, room, 'assign_admin', { user_id: bob.id }))
  expect(await c.next('member_updated')).toMatchObject({ user: { id: bob.id, role: 'admin', is_admin: true } })
  await interlude()
  // An admin may do what an admin may, and nothing to the owner.
  await done(patch(bob, `/api/chatrooms/${room.id}/`, { room_name: 'By Bob' }))
  expect((await act(bob, room, 'revoke_admin', { user_id: ada.id })).body.code).toBe('forbidden')
  expect((await act(bob, room, 'remove_member', { user_id: ada.id })).body.code).toBe('forbidden')
  expect((await detail(bob, room)).admins).toEqual([{ id: ada.id }, { id: bob.id }])
  await done(act(ada, room, 'revoke_admin', { user_id: bob.id }))
  expect((await patch(bob, `/api/chatrooms/${room.id}/`, { room_name: 'Again' })).status).toBe(403)
  expect((await act(ada, room, 'assign_admin', { user_id: stranger.id })).status).toBe(404)
})

twice('[R58] a new name and description are told to everyone', async (interlude) => {
  const room = await group(ada, [bob])
  const b = await enter(bob, room)
  await interlude()
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'New', description: 'About' }))
  const told = await b.next('room_updated')
  expect(told.room).toEqual({
    id: room.id,
    room_name: 'New',
    description: 'About',
    group_image: null,
    is_group: true,
  })
  await interlude()
  expect(await detail(bob, room)).toMatchObject({ room_name: 'New', chat_name: 'New', description: 'About' })
})

twice('[R52] whoever leaves is gone, and the last admin’s rights pass on', async (interlude) => {
  const room = await group(ada, [bob])
  await done(act(ada, room, 'add_members', { users: [cy.id] }))
  const c = await enter(cy, room)
  await interlude()
  await done(act(ada, room, 'leave_room'))
  const heard = await c.heard()
  expect(heard.map(({ type, user }) => [type, user.id, user.role])).toEqual([
    ['member_removed', ada.id, undefined],
    // Of two members, the one who has been there longer.
    ['member_updated', bob.id, 'owner'],
  ])
  expect((await get(ada, `/api/chatrooms/${room.id}/`)).status).toBe(404)
  await interlude()
  expect(await roles(cy, room)).toEqual({ bob: 'owner', cy: 'member' })
})

test('[R52] an admin comes before an older member when the owner leaves', async () => {
  const room = await group(ada, [bob, cy])
  await done(act(ada, room, 'assign_admin', { user_id: cy.id }))
  await done(act(ada, room, 'leave_room'))
  expect(await roles(cy, room)).toEqual({ bob: 'member', cy: 'owner' })
})

test('[R52] whoever comes back is the newest again', async () => {
  const room = await group(ada, [bob, cy])
  await done(act(ada, room, 'remove_member', { user_id: bob.id }))
  await done(act(ada, room, 'add_members', { users: [bob.id] }))
  await done(act(ada, room, 'leave_room'))
  expect(await roles(cy, room)).toEqual({ bob: 'member', cy: 'owner' })
})

test('[R52] admins who leave all at once never leave a room without one', async () => {
  const room = await group(ada, [bob, cy, dee])
  for (const { id } of [bob, cy]) await done(act(ada, room, 'assign_admin', { user_id: id }))
  const left = await Promise.all([ada, bob, cy].map((who) => act(who, room, 'leave_room')))
  expect(left.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await roles(dee, room)).toEqual({ dee: 'owner' })
})

twice('[R53] a room that everybody has left is deleted', async (interlude) => {
  const room = await group(ada, [bob])
  await say(ada, room, 'hello')
  await done(act(ada, room, 'leave_room'))
  await interlude()
  await done(act(bob, room, 'leave_room'))
  await interlude()
  for (const who of [ada, bob]) {
    expect((await get(who, `/api/chatrooms/${room.id}/`)).status).toBe(404)
    expect(await tryConnect(who, `/ws/chat/${room.id}/`)).toMatchObject({ status: 404 })
    expect((await get(who, '/api/chatrooms/')).body.results.map(({ id }: Frame) => id)).not.toContain(room.id)
  }
})

test('[R55] a direct room refuses what only groups can', async () => {
  const room = await direct(ada, bob)
  const refused = await Promise.all([
    act(ada, room, 'add_members', { users: [cy.id] }),
    act(ada, room, 'remove_member', { user_id: bob.id }),
    act(ada, room, 'assign_admin', { user_id: bob.id }),
    act(ada, room, 'revoke_admin', { user_id: bob.id }),
    act(ada, room, 'leave_room'),
    patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Us' }),
  ])
  for (const { status, body } of refused) expect([status, body.code]).toEqual([400, 'direct_room'])
  expect((await remove(ada, `/api/chatrooms/${room.id}/`)).status).toBe(403)
  expect((await detail(bob, room)).participants).toHaveLength(2)
})

test('[R55] two people have one direct room, whoever asks and however many at once', async () => {
  const asked = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0
        ? post(cy, '/api/chatrooms/direct/', { user_id: dee.id })
        : post(dee, '/api/chatrooms/', { participant_ids: [cy.id] }),
    ),
  )
  expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1)
  expect(asked.filter(({ status }) => status === 201)).toHaveLength(1)
  const [room] = asked.map(({ body }) => body)
  expect(await detail(cy, room)).toMatchObject({ is_group: false, chat_name: 'dee' })
  expect(await detail(dee, room)).toMatchObject({ is_group: false, chat_name: 'cy' })
  expect((await post(cy, '/api/chatrooms/direct/', { user_id: cy.id })).body.code).toBe('yourself')
})

twice('[R59] a new name reaches every room, and an open socket does not bring the old one back', async (interlude) => {
  const eve = await signUp(`eve${Math.random()}`.slice(0, 12))
  const room = await group(ada, [eve])
  const [a, e] = [await enter(ada, room), await enter(eve, room)]
  await done(patch(eve, '/api/profile/', { first_name: 'Eva', last_name: 'Neu' }))
  expect((await a.next('member_updated')).user).toMatchObject({ id: eve.id, full_name: 'Eva Neu' })
  await interlude()
  await e.answer({ type: 'send_message', content: 'it is me' })
  expect((await a.next('new_message')).message.sender.full_name).toBe('Eva Neu')
  expect(await a.heard()).toEqual([])
  await interlude()
  await atRest(room)
  expect((await detail(ada, room)).participants[1]).toMatchObject({ full_name: 'Eva Neu' })
  expect((await sidebarActor(ada).list('', 10)).results[0]?.last_message?.sender_name).toBe('Eva Neu')
})

test('[R51] one cannot remove oneself, nor whom one does not know', async () => {
  const room = await group(ada, [bob])
  expect((await act(ada, room, 'remove_member', { user_id: ada.id })).body.code).toBe('yourself')
  expect((await act(ada, room, 'remove_member', { user_id: cy.id })).status).toBe(404)
  expect(await tryConnect(ada, `/ws/chat/${room.id}/`)).toBeInstanceOf(Line)
})

twice('[R59] of two versions of a name the later counts, in whatever order they come', async (interlude) => {
  const room = await group(ada, [bob])
  await say(bob, room, 'by bob')
  const line = await enter(ada, room)
  const named = (full_name: string, version: number) =>
    roomActor(room).personChanged({ id: bob.id, username: bob.username, full_name, picture: null, version })
  const shown = async () => {
    const { participants } = await detail(ada, room)
    const { results } = await done(get(ada, `/api/chatrooms/${room.id}/messages/`))
    return [participants.find(({ id }: Frame) => id === bob.id).full_name, results[0].sender.full_name]
  }
  await named('Second', 2)
  await interlude()
  await named('First', 1)
  expect(await shown()).toEqual(['Second', 'Second'])
  // The same again is no event, and still a later version.
  await named('Second', 4)
  await interlude()
  await named('Third', 3)
  expect(await shown()).toEqual(['Second', 'Second'])
  expect((await line.heard()).map(({ type, user }) => [type, user?.full_name])).toEqual([['member_updated', 'Second']])
  // Whoever adds somebody back may know them as they were.
  await done(act(ada, room, 'remove_member', { user_id: bob.id }))
  await done(act(ada, room, 'add_members', { users: [bob.id] }))
  expect(await shown()).toEqual(['Second', 'Second'])
})

twice('[R59] somebody who has left is called on their messages as they are called now', async (interlude) => {
  const eve = await signUp(`eve${Math.floor(Math.random() * 1e9)}`)
  const room = await group(ada, [eve])
  const { id } = await say(eve, room, 'by eve')
  const line = await enter(ada, room)
  await done(act(eve, room, 'leave_room'))
  await line.next('member_removed')
  await interlude()
  await done(patch(eve, '/api/profile/', { first_name: 'Genoveva' }))
  expect((await line.next('member_removed')).user).toMatchObject({ id: eve.id, full_name: 'Genoveva' })
  await interlude()
  const { results } = await done(get(ada, `/api/chatrooms/${room.id}/messages/`))
  expect(results[0]).toMatchObject({ id, sender: { full_name: 'Genoveva' } })
  const listed = (await done(get(ada, '/api/chatrooms/'))).results.find((each: Frame) => each.id === room.id)
  expect(listed.last_message).toMatchObject({ id, sender_name: 'Genoveva' })
  const late = await enter(ada, room, `?after=${id}`)
  expect(late.frames.filter(({ type }) => type === 'member_removed').map(({ user }) => user.full_name)).toEqual([
    'Genoveva',
  ])
})

/** What system messages say: the kind, whom it happened to, who did it, and the new name or role. */
const told = ({ data: { kind, user, by, room_name, role } }: Frame) =>
  [kind, user?.username, by?.username, room_name ?? role].filter((word) => word !== undefined && word !== null)
/** How the lines of a group that `ada` has made begin. */
const CREATED = ['created', 'ada']
const linesOf = async (who: Someone, room: Frame, query = ''): Promise<Frame[]> =>
  (await done(get(who, `/api/chatrooms/${room.id}/messages/?type=system${query}`))).results

twice('[R115] [R116] what happens to a group is told as system messages to those who ask', async (interlude) => {
  const room = await group(ada, [bob])
  await say(bob, room, 'hello')
  const [plain, asking] = [await enter(bob, room), await enter(bob, room, '?system=1')]
  await interlude()
  const { body: link } = await get(ada, `/api/chatrooms/${room.id}/shareable_link/`)
  await done(act(ada, room, 'add_members', { users: [cy.id] }))
  await done(post(dee, `/api/chatrooms/join/${link.code}/`))
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Elsewhere', description: 'quiet' }))
  await interlude()
  await done(act(ada, room, 'assign_admin', { user_id: cy.id }))
  await done(act(cy, room, 'remove_member', { user_id: dee.id }))
  await done(act(cy, room, 'leave_room'))
  const expected = [
    ['added', 'cy', 'ada'],
    ['joined', 'dee'],
    ['renamed', 'ada', 'Elsewhere'],
    ['described', 'ada'],
    ['role_changed', 'cy', 'ada', 'admin'],
    ['removed', 'dee', 'cy'],
    ['left', 'cy'],
  ]
  const heard = await asking.heard()
  const lines = heard.filter(({ message }) => message?.type === 'system')
  expect(lines.map(({ message }) => told(message))).toEqual(expected)
  expect(lines[0]?.message).toMatchObject({ room: room.id, sender: null, content: null, reactions: [], deleted: false })
  // In the one order of the room: each just before the change that it tells of.
  const seqs = heard.map(({ seq }) => seq).filter((seq) => seq !== undefined)
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  expect(new Set(seqs).size).toBe(seqs.length)
  // Who did not ask hears what they would have heard without them.
  expect((await plain.heard()).filter(({ type }) => type === 'new_message')).toEqual([])
  await interlude()

  // The same by REST, in pages, and on resume.
  const whole = [CREATED, ...expected]
  expect((await linesOf(bob, room)).map(told)).toEqual(whole.toReversed())
  const first = await done(get(bob, `/api/chatrooms/${room.id}/messages/?type=system&limit=3`))
  const second = await done(get(bob, first.next.slice(first.next.indexOf('/api'))))
  expect([...first.results, ...second.results].map(told)).toEqual(whole.toReversed().slice(0, 6))
  const back = await enter(bob, room, '?system=1&after=0')
  const missed = back.frames.filter(({ type }) => type === 'new_message').map(({ message }) => message)
  expect(missed.map((message: Frame) => message.content ?? told(message))).toEqual([CREATED, 'hello', ...expected])
  const page = await done(get(bob, `/api/chatrooms/${room.id}/messages/`))
  expect(page.results.map(({ content }: Frame) => content)).toEqual(['hello'])
  // Whoever is out is a stranger to them too.
  expect((await get(cy, `/api/chatrooms/${room.id}/messages/?type=system`)).status).toBe(404)
  for (const line of [plain, asking, back]) line.close()
})

twice('[R117] a system message counts nowhere, and nobody does anything to it', async (interlude) => {
  const room = await group(ada, [bob])
  const { id } = await say(ada, room, 'the last word')
  await done(post(bob, `/api/chatrooms/${room.id}/messages/${id}/mark_as_read/`))
  await interlude()
  await done(patch(ada, `/api/chatrooms/${room.id}/`, { room_name: 'Renamed' }))
  await atRest(room)
  const [line] = await linesOf(bob, room)
  expect(told(line as Frame)).toEqual(['renamed', 'ada', 'Renamed'])
  const listed = (await done(get(bob, '/api/chatrooms/'))).results.find(({ id }: Frame) => id === room.id)
  expect(listed).toMatchObject({ unread_count: 0, last_message: { id, content: 'the last word' } })
  expect((await get(bob, `/api/chatrooms/${room.id}/messages/?search=Renamed`)).body.results).toEqual([])
  const one = `/api/chatrooms/${room.id}/messages/${line?.id}/`
  expect((await get(ada, one)).status).toBe(404)
  expect((await patch(ada, one, { content: 'mine' })).status).toBe(404)
  expect((await remove(ada, one)).status).toBe(404)
  expect((await post(bob, `${one}mark_as_read/`)).status).toBe(404)
  const reply = await post(bob, `/api/chatrooms/${room.id}/messages/`, { content: 'what?', reply_to: line?.id })
  expect([reply.status, reply.body.code]).toEqual([400, 'invalid'])
})
