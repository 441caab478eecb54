/** P7: a message in a room of a thousand, ten of them looking, the others asleep. */

import type { LabServer } from '../../harness/server.ts'
import type { Enrolled } from '../../server/doors.ts'
import { alternate, readings } from '../alternation.ts'
import { FanOut } from '../fan-out.ts'
import { awaited, Line } from '../line.ts'
import { untilQuiet } from '../quiet.ts'
import type { Measured, Row } from '../row.ts'
import type { Stage } from '../stage.ts'
import { atMost, ratio } from '../statistics.ts'
import { opened, seatParlour } from '../subjects.ts'

const MEMBERS = 1_000
const LOOKING = 10
/** A quarter second, in which each list that is looked at may be told once; in milliseconds. */
const WINDOW = 250

const BIG = 'room of 1,000, 990 asleep'
const SMALL = 'room of 10'
const ECHO = 'own echo, p50'

export const p7: Row = {
  title: 'a message in a room of 1,000 members, 10 of them looking',
  async run(stage): Promise<Measured> {
    const parlour = await stage.parlour()
    const big = await seat(stage, parlour, MEMBERS)
    const small = await seat(stage, parlour, LOOKING)
    // The first message wakes every list once; after that those who sleep know.
    await big.talk.run(100)
    await small.talk.run(100)
    const woken = await untilQuiet(parlour)
    const lists = new Set(woken.map(({ user }) => user))
    const values = await alternate(
      [
        { name: BIG, measure: () => counted(parlour, big, stage.flow) },
        { name: SMALL, measure: () => counted(parlour, small, stage.flow) },
      ],
      stage.rounds,
    )
    const found = [
      ...readings(values, ECHO, 'ms', ({ p50 }) => p50),
      ...readings(values, 'calls to lists in the fullest quarter second', '', ({ told }) => told),
      ...readings(values, 'calls to lists that sleep', '', ({ asleep }) => asleep),
    ]
    const worst = (figure: 'told' | 'asleep') => Math.max(...(values.get(BIG) ?? []).map((value) => value[figure]))
    return {
      readings: found,
      targets: [
        atMost('calls to lists in the fullest quarter second', worst('told'), LOOKING),
        atMost('calls to lists that sleep and know', worst('asleep'), 0),
        atMost('own echo p50, × a room of 10', ratio(found, ECHO, BIG, SMALL), 1.3),
      ],
      notes: [`The first message called ${lists.size} lists, in ${woken.length} calls.`],
    }
  },
}

interface Seat {
  room: number
  people: Enrolled[]
  talk: FanOut
}

/** A room of `members`, of whom some have it open, and their list beside it. */
async function seat(stage: Stage, parlour: LabServer, members: number): Promise<Seat> {
  const people = await parlour.people(members)
  const room = await parlour.group(people)
  const looking = people.slice(0, LOOKING)
  const lines = await opened(LOOKING, (place) =>
    Line.open({
      url: `${parlour.socketUrl}/ws/sidebar/?token=${looking[place]?.access}`,
      join: async (socket) => void (await awaited(socket, (frame) => frame.includes('"type":"snapshot"'))),
      frame: () => '',
    }),
  )
  stage.keep({
    stop: async () => {
      for (const line of lines) line.cut()
    },
  })
  await untilQuiet(parlour)
  const { lines: talking } = await seatParlour(parlour, looking, { batch: true, room })
  await untilQuiet(parlour)
  return { room, people, talk: new FanOut(talking, { senders: 1, width: 1 }) }
}

async function counted(parlour: LabServer, { room, people, talk }: Seat, milliseconds: number) {
  await untilQuiet(parlour)
  const { p50 } = await talk.run(milliseconds)
  const calls = (await untilQuiet(parlour)).filter((call) => call.room === room)
  const sleepers = new Set(people.slice(LOOKING).map(({ id }) => id))
  const asleep = calls.filter(({ user }) => sleepers.has(user)).length
  return { p50, told: fullest(calls.map(({ at }) => at)), asleep }
}

/** The most that came within a quarter second, wherever one begins. */
function fullest(times: number[]): number {
  const sorted = times.toSorted((one, other) => one - other)
  let most = 0
  let from = 0
  sorted.forEach((at, place) => {
    while (at - (sorted[from] as number) >= WINDOW) from += 1
    most = Math.max(most, place - from + 1)
  })
  return most
}
