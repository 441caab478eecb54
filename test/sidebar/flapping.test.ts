/** Lists that close before they have read anything: nothing of it is lost. */
import { beforeAll, expect, test, vi } from 'vitest'
import { BOUNDS } from '../../src/config'
import { Presence } from '../../src/sidebar/usecases/presence'
import { connect, type Frame, group, type Line, openSidebar, type Someone, say, signUp } from '../support/world'

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

async function openAndClose(who: Someone): Promise<Line> {
  const line = await openSidebar(who)
  line.close()
  await line.closed()
  return line
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

test('[R60] who opens one list after another is told once more what has just changed', async () => {
  const cy = await signUp('cy')
  for (let each = 0; each < BOUNDS.flappingOpenings; each++) await openAndClose(cy)
  const room = await group(ada, [cy], { room_name: 'New' })
  await say(ada, room, 'news')
  for (let each = 0; each < 3; each++) {
    expect(greeting(await openAndClose(cy))).toEqual([['group_created', room.id]])
  }
  // And for a while only: it is not what changed since that matters, but what has just changed.
  await vi.waitFor(async () => expect(greeting(await openAndClose(cy))).toEqual([]), { timeout: 8_000, interval: 200 })
})
