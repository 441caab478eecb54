/** The notification socket's commands, and the paths that do the same. */
import { beforeEach, expect, test } from 'vitest'
import { FeedDown } from '../../src/protocol'
import { type Frame, get, openFeed, patch, post, remove, type Someone, signUp, twice } from '../support/world'

let ada: Someone
let bob: Someone
let people = 0
beforeEach(async () => {
  people += 1
  ada = await signUp(`ada${people}`)
  bob = await signUp(`bob${people}`)
})

/** A note to oneself: the simplest notification there is. */
const note = async (message: string): Promise<Frame> => (await post(ada, '/api/notifications/', { message })).body
const unread = async (): Promise<number[]> =>
  (await get(ada, '/api/notifications/unread/')).body.map(({ id }: Frame) => id)

twice('[R80] the newest twenty greet a socket, newest first, with the count of all unread', async (interlude) => {
  const notes = []
  for (let n = 0; n < 23; n++) notes.push(await note(`${n}`))
  await interlude()
  const feed = await openFeed(ada)
  const [greeting] = feed.frames
  expect(FeedDown.parse(greeting)).toEqual(greeting)
  expect(greeting?.unread_count).toBe(23)
  expect(greeting?.notifications).toEqual(notes.toReversed().slice(0, 20))
})

twice('[R82] mark_read, mark_all_read and get_unread are answered and told to every device', async (interlude) => {
  const [one, two] = [await openFeed(ada), await openFeed(ada)]
  const notes = [await note('1'), await note('2'), await note('3')]
  const ids = notes.map(({ id }) => id)
  await interlude()
  expect(await one.answer({ action: 'mark_read', notification_id: ids[0] })).toMatchObject({
    type: 'mark_read_response',
    notification_id: ids[0],
    success: true,
  })
  expect(await two.next('notification_updated')).toMatchObject({
    notification: { id: ids[0], is_read: true },
    unread_count: 2,
  })
  await interlude()
  const listed = await two.answer({ action: 'get_unread' })
  expect(listed).toMatchObject({ type: 'notification_list', unread_count: 2 })
  expect(listed.notifications.map(({ id }: Frame) => id)).toEqual([ids[2], ids[1]])
  await interlude()
  expect(await two.answer({ action: 'mark_all_read' })).toMatchObject({
    type: 'mark_all_read_response',
    count: 2,
    success: true,
  })
  await one.next('notification_updated', ({ unread_count }) => unread_count === 0)
  expect(await unread()).toEqual([])
  // Again, there is nothing left to do.
  expect(await two.answer({ action: 'mark_all_read' })).toMatchObject({ count: 0 })
  expect(await two.answer({ action: 'mark_read', notification_id: ids[0] })).toMatchObject({ success: true })
  expect(await two.answer({ action: 'mark_read', notification_id: 999 })).toMatchObject({ success: false })
})

twice('[R82] the paths do what the socket does', async (interlude) => {
  const feed = await openFeed(ada)
  const { id } = await note('1')
  await note('2')
  const path = `/api/notifications/${id}/`
  await interlude()
  expect((await post(ada, `${path}mark_read/`)).status).toBe(204)
  expect((await get(ada, path)).body.is_read).toBe(true)
  expect((await patch(ada, path, { is_read: false })).body.is_read).toBe(false)
  expect(await feed.heardTypes()).toEqual([
    'new_notification',
    'new_notification',
    'notification_updated',
    'notification_updated',
  ])
  await interlude()
  expect((await post(ada, '/api/notifications/mark_all_read/')).status).toBe(204)
  expect(await unread()).toEqual([])
  expect((await remove(ada, path)).status).toBe(204)
  expect((await get(ada, path)).status).toBe(404)
})

test('[R82] what belongs to another is as absent as what never was', async () => {
  const { id } = await note('mine')
  const path = `/api/notifications/${id}/`
  for (const answer of [
    get(bob, path),
    patch(bob, path, { is_read: true }),
    remove(bob, path),
    post(bob, `${path}mark_read/`),
  ]) {
    expect((await answer).status).toBe(404)
  }
  const feed = await openFeed(bob)
  expect(await feed.answer({ action: 'mark_read', notification_id: id })).toMatchObject({ success: false })
  expect(await unread()).toEqual([id])
})

test('[R90] an unknown action is answered with an error, and the socket stays open', async () => {
  const feed = await openFeed(ada)
  expect(await feed.answer({ action: 'delete_everything' })).toMatchObject({ type: 'error', code: 'unknown_frame' })
  expect(await feed.answer({ action: 'mark_read' })).toMatchObject({ type: 'error', code: 'invalid' })
  expect(await feed.answer({ action: 'get_unread' })).toMatchObject({ type: 'notification_list' })
})
