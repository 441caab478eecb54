/** Clients that close a list before they have read it miss no change. */
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { BOUNDS, TIMES } from '../../src/config'
import { PresencePush } from '../../src/sidebar/outbound/presence-push'
import { FlappingHold } from '../../src/sidebar/sockets/flapping-hold'
import {
  atRest,
  connect,
  type Frame,
  forward,
  group,
  type Line,
  openSidebar,
  presentTime,
  type Someone,
  say,
  signUp,
} from '../support/world'

let ada: Someone
beforeAll(async () => {
  ada = await signUp('ada')
})

afterEach(presentTime)

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
  const partners = vi.spyOn(PresencePush.prototype, 'onlinePeers').mockImplementationOnce(async () => {
    await held.promise
    return new Map()
  })
  const hold = await connect(bob, '/ws/sidebar/')
  hold.close()
  await hold.closed()
  held.resolve()
  partners.mockRestore()
  expect(hold.frames).toEqual([])
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
  forward(TIMES.flapRepeats + 1_000)
  expect(greeting(await openAndClose(cy))).toEqual([])
})

test('[R60] a list that is closed unread all day is told again of a change after a quiet time too', async () => {
  const dee = await signUp('dee')
  const room = await group(ada, [dee], { room_name: 'Old' })
  for (let each = 0; each <= BOUNDS.flappingOpenings; each++) await openAndClose(dee)
  forward(TIMES.flapRepeats + 1_000)
  expect(greeting(await openAndClose(dee))).toEqual([])
  await say(ada, room, 'news')
  await atRest(room)
  for (let each = 0; each < 3; each++) {
    const told = greeting(await openAndClose(dee))
    expect(told).toContainEqual(['last_message_updated', room.id])
  }
})

describe('a client that closes each list right after opening it', () => {
  const GREETED = Promise.resolve()
  afterEach(() => {
    vi.useRealTimers()
  })

  function closedAtOnce(times: number): FlappingHold {
    vi.useFakeTimers()
    const hold = new FlappingHold()
    for (let each = 0; each < times; each++) hold.closed(Date.now())
    return hold
  }
  /** Whether an upgrade is answered within so many milliseconds. */
  async function isAnswered(hold: FlappingHold, hasNews: boolean, within: number, greeted = GREETED): Promise<boolean> {
    let answered = false
    void hold.turn(hasNews, greeted).then(() => {
      answered = true
    })
    await vi.advanceTimersByTimeAsync(within)
    return answered
  }

  test('[R60] is answered when its list changes, or after two seconds', async () => {
    const hold = closedAtOnce(BOUNDS.flappingOpenings + 1)
    expect(await isAnswered(hold, false, TIMES.flapHold - 1)).toBe(false)
    expect(await isAnswered(hold, false, TIMES.flapHold)).toBe(true)
    let answered = false
    void hold.turn(false, GREETED).then(() => {
      answered = true
    })
    await vi.advanceTimersByTimeAsync(10)
    hold.changed()
    await vi.advanceTimersByTimeAsync(0)
    expect(answered).toBe(true)
  })

  test('[R60] is answered several times at once with what has just changed, then more seldom, when it has been greeted', async () => {
    const hold = closedAtOnce(BOUNDS.flappingOpenings + 1)
    for (let each = 0; each < BOUNDS.flapAnswers; each++) expect(await isAnswered(hold, true, 0)).toBe(true)
    expect(await isAnswered(hold, true, TIMES.flapPause - 1)).toBe(false)
    expect(await isAnswered(hold, true, TIMES.flapPause)).toBe(true)
    hold.changed()
    expect(await isAnswered(hold, true, 0, new Promise(() => undefined))).toBe(false)
    expect(await isAnswered(hold, true, 0)).toBe(true)
  })

  test('[R60] is every other as soon as it reads its lists, or has not come for a while', async () => {
    const calm = closedAtOnce(BOUNDS.flappingOpenings)
    expect(await isAnswered(calm, false, 0)).toBe(true)
    const reader = new FlappingHold()
    for (let each = 0; each < 10; each++) reader.closed(Date.now() - TIMES.flapClose - 1)
    expect(await isAnswered(reader, false, 0)).toBe(true)
    const back = closedAtOnce(BOUNDS.flappingOpenings + 1)
    vi.setSystemTime(Date.now() + TIMES.flapMemory + 1)
    expect(await isAnswered(back, false, 0)).toBe(true)
  })
})
