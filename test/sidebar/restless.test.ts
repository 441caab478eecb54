/** Lists that close before they have read anything: nothing of it is lost. */
import { beforeAll, expect, test, vi } from 'vitest'
import { Presence } from '../../src/sidebar/presence'
import { connect, type Frame, group, type Line, openSidebar, type Someone, signUp } from '../support/world'

let ada: Someone
beforeAll(async () => {
  ada = await signUp('ada')
})

/** What a list was greeted with before its snapshot. */
function greeting({ frames }: Line): unknown[] {
  const before = frames.slice(
    0,
    frames.findIndex(({ type }) => type === 'snapshot'),
  )
  return before
    .filter(({ type }) => type !== 'presence')
    .map(({ type, room_id, group }: Frame) => [type, room_id ?? group.id])
}

test('[R60] a list that closed before it was greeted has shown nothing', async () => {
  const bob = await signUp('bob')
  const { id } = await group(ada, [bob], { room_name: 'Unseen' })
  const held = Promise.withResolvers<void>()
  const partners = vi.spyOn(Presence.prototype, 'partners').mockImplementationOnce(async () => {
    await held.promise
    return new Map()
  })
  const hasty = await connect(bob, '/ws/sidebar/')
  hasty.close()
  await hasty.closed()
  held.resolve()
  partners.mockRestore()
  expect(hasty.frames).toEqual([])
  expect(greeting(await openSidebar(bob))).toEqual([['group_created', id]])
})
