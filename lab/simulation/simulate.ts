/** Plays one world from its seed: faults, then rest, then every machine dies once more, then everybody leaves. */
import { Random } from '../harness/random.ts'
import { Cast, ROOMS } from './cast.ts'
import { callerOf } from './device.ts'
import type { Product } from './platform.ts'
import { answer, judgeDirectory, judgeFeeds, judgeLists, judgeRoom, type Truth, truths } from './verdict.ts'
import { World } from './world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

export interface Ending {
  seed: number
  cases: string[]
  counts: Record<string, number>
}

export async function simulate(product: Product, seed: number, steps: number): Promise<Ending> {
  const random = new Random(seed)
  const world = new World(product, random)
  const cast = new Cast(world, random.fork())
  const cases: string[] = []
  try {
    await chaos(cast, random, steps)
    world.faults.healed = true
    cast.come()
    // What was under way from before is done by then: somebody may have been let in again, and looks.
    await world.clock.runUntil(world.clock.now + 30 * SECOND)
    cast.come()
    // Long enough for whatever is tried again within seconds, and for nothing that is looked after now and then.
    await world.clock.runUntil(world.clock.now + 1 * MINUTE)
    const rested = await judge(cast, cases)

    for (const actor of world.actors) actor.crash()
    await world.clock.runUntil(world.clock.now + 2 * MINUTE)
    const again = await judge(cast, cases)
    if (JSON.stringify(rested.map(history)) !== JSON.stringify(again.map(history)))
      cases.push('a room has another history after its machine died at rest')
    cases.push(...judgeDirectory(cast, again, true))

    await leave(cast, cases)
  } catch (error) {
    cases.push(`the simulation ended: ${(error as Error).stack}`)
  } finally {
    world.close()
  }
  cases.push(...world.errors.filter(isNoFault).map((error) => `unhandled: ${error.stack}`))
  return { seed, cases, counts: world.counts }
}

async function chaos(cast: Cast, random: Random, steps: number): Promise<void> {
  const { world } = cast
  // Begun in peace: a room that is never made has nothing to show.
  world.faults.healed = true
  cast.create()
  await world.clock.runUntil(world.clock.now + 5 * SECOND)
  cast.come()
  world.faults.healed = false
  for (let step = 0; step < steps; step++) {
    if (random.next() < 0.15) cast.fault()
    else cast.act()
    // Mostly one thing close upon another, now and then long enough for everything to fall asleep.
    const wait = random.next() < 0.9 ? random.between(1, 400) : random.between(2 * SECOND, 20 * SECOND)
    await world.clock.runUntil(world.clock.now + wait)
  }
}

/** Everything that can be compared while everybody is there. */
async function judge(cast: Cast, cases: string[]): Promise<Truth[]> {
  const fresh = ROOMS.map((room) => cast.view(room, cast.person(1), 19))
  for (const reader of fresh) reader.connect()
  await cast.world.clock.runUntil(cast.world.clock.now + 5 * SECOND)
  const all = await truths(cast, fresh)
  for (const truth of all) {
    const views = [...cast.views, ...fresh].filter(({ room }) => room === truth.room)
    cases.push(...judgeRoom(truth, views, cast))
  }
  for (const reader of fresh) reader.go()
  cases.push(...(await judgeLists(cast, all)), ...judgeDirectory(cast, all, true))
  return all
}

/** Everybody goes; something is said; whoever comes back finds a notification of it. */
async function leave(cast: Cast, cases: string[]): Promise<void> {
  const { world } = cast
  cast.go()
  await world.clock.runUntil(world.clock.now + 2 * MINUTE)
  for (const room of ROOMS) {
    await answer(world, world.ask('ROOMS', room, 'post', callerOf(cast.person(1), 10), { content: 'good night' }))
  }
  await world.clock.runUntil(world.clock.now + 1 * MINUTE)
  const readers = ROOMS.map((room) => cast.view(room, cast.person(1), 19))
  for (const reader of readers) reader.connect()
  await world.clock.runUntil(world.clock.now + 5 * SECOND)
  const all = await truths(cast, readers)
  for (const reader of readers) reader.go()
  await world.clock.runUntil(world.clock.now + 1 * MINUTE)
  cases.push(...(await judgeFeeds(cast, all)), ...(await judgeLists(cast, all)), ...judgeDirectory(cast, all, false))
}

const history = (truth: Truth) => truth.history

/** What the network did is no fault of the product's. */
const isNoFault = (error: Error): boolean =>
  !/Network connection lost|The actor is gone|No answer within/.test(String(error?.message))
