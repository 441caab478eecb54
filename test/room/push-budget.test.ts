/** Lists are told of a change at the expense of its author, and later when the author has too little left. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { LeaseResult } from '../../src/actor/budget/leases'
import { RATES } from '../../src/config'
import { PushBudget } from '../../src/room/outbound/push-budget'
import { switchRates } from '../support/rates'
import {
  atRest,
  cast,
  enter,
  type Frame,
  forward,
  group,
  openSidebar,
  pause,
  presentTime,
  roomActor,
  type Someone,
} from '../support/world'

beforeEach(() => {
  switchRates('on')
})
afterEach(() => {
  switchRates('off')
  presentTime()
})

describe('a push budget', () => {
  /** People with so many units left each. */
  function funds(left: Record<number, number>) {
    const kept: (number[] | null)[] = []
    const released: number[] = []
    return {
      kept,
      released,
      cover: (user: number, work: number): LeaseResult =>
        (left[user] ?? 0) >= work ? null : { refused: 'rate_limited', retryAfter: 60 },
      charge: (user: number, work: number) => {
        left[user] = (left[user] ?? 0) - work
      },
      release: (user: number) => released.push(user),
      saveAuthors: (authors: number[] | null) => kept.push(authors),
    }
  }

  it('asks nobody when no author is known', () => {
    expect(new PushBudget(funds({}), []).take(15, () => 15)).toEqual({ by: null })
  })

  it('takes the latest author who can bear it, and tells later when none can', () => {
    const source = funds({ 1: 100, 2: 100, 3: 0 })
    const budget = new PushBudget(source, [])
    for (const author of [1, 2, 3]) budget.causedBy(author)
    expect(budget.take(15, () => 45)).toEqual({ by: 2 })
    // What was covered is used up before somebody is asked again.
    source.charge(2, 60)
    expect([budget.take(15, () => 30), budget.take(15, () => 15)]).toEqual([{ by: 2 }, { by: 2 }])
    source.charge(1, 90)
    expect(budget.take(50, () => 50)).toBe('later')
    expect(budget.laterAt).toBeGreaterThan(Date.now() + 50_000)
    expect(source.kept).toEqual([[1, 2, 3]])
    // Somebody who was refused gets nothing sooner by changing more; a new author does.
    budget.causedBy(3)
    expect(budget.take(1, () => 1)).toBe('later')
    budget.causedBy(4)
    source.charge(4, -100)
    expect(budget.take(50, () => 50)).toEqual({ by: 4 })
    budget.onAllDelivered()
    expect(source.released.sort()).toEqual([1, 2, 3, 4])
    expect(source.kept).toEqual([[1, 2, 3], null])
    expect(budget.take(15, () => 15)).toEqual({ by: null })
  })

  it('remembers authors that an earlier life stored', () => {
    const budget = new PushBudget(funds({ 5: 100 }), [5])
    expect(budget.take(15, () => 15)).toEqual({ by: 5 })
  })
})

const budgetOf = (who: Someone) => env.BUDGETS.getByName(String(who.id))
/** Units that are left for acts themselves: a tenth of all work. */
const SPARE = RATES.work.limit / 10

const leftOf = async (who: Someone): Promise<number> => {
  const { work } = await budgetOf(who).take({ workWanted: RATES.work.limit })
  await budgetOf(who).take({ workReturned: work })
  return work
}

/** Leaves somebody enough to act, and nothing for lists; ends the room's life, and with it what it had been granted. */
async function impoverish(who: Someone, room: Frame): Promise<void> {
  await atRest(room)
  await evictDurableObject(roomActor(room))
  await budgetOf(who).take({ workDone: (await leftOf(who)) - SPARE / 2 })
  // No list was told anything a moment ago.
  forward(1_000)
}

test('[R98] a message of somebody with little left is said at once, and lists hear of it with the next author', async () => {
  const { ada, bob, cy } = await cast('ada', 'bob', 'cy')
  const room = await group(ada, [bob, cy])
  const [a, b, list] = [await enter(ada, room), await enter(bob, room), await openSidebar(cy)]
  await impoverish(ada, room)
  const heard = list.frames.length
  await a.answer({ type: 'send_message', content: 'from ada' })
  await b.next('new_message', ({ message }) => message.content === 'from ada')
  await pause(400)
  expect(list.frames.slice(heard)).toEqual([])
  await b.answer({ type: 'send_message', content: 'from bob' })
  const { unread_count } = await list.next(
    'last_message_updated',
    ({ last_message }) => last_message.content === 'from bob',
  )
  expect(unread_count).toBe(2)
})

test('[R98] what is told later is told by the alarm, and charged to its author, after eviction too', async () => {
  const { dan, eli, fay } = await cast('dan', 'eli', 'fay')
  const room = await group(dan, [eli, fay])
  const [d, list] = [await enter(dan, room), await openSidebar(fay)]
  await impoverish(dan, room)
  const heard = list.frames.length
  await d.answer({ type: 'send_message', content: 'later' })
  await pause(400)
  expect(list.frames.slice(heard)).toEqual([])
  await evictDurableObject(roomActor(room))
  forward(RATES.work.per / 10)
  const before = await leftOf(dan)
  await runDurableObjectAlarm(roomActor(room))
  await list.next('last_message_updated', ({ last_message }) => last_message.content === 'later')
  await atRest(room)
  expect(await leftOf(dan)).toBeLessThan(before - 5)
})
