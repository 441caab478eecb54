/** P7: a message in a room of a thousand members, ten of whom have their sidebar open. */
import type { LabServer } from '../../harness/server.ts'
import type { Enrolled } from '../../server/doors.ts'
import { BenchSocket, frameMatching } from '../bench-socket.ts'
import { FanOut } from '../fan-out.ts'
import { alternate, atMost, type Measured, type Row, ratio, readings } from '../row.ts'
import { joinParlour, openAll } from '../seated.ts'
import type { BenchServers } from '../servers.ts'
import { untilQuiet } from '../until-quiet.ts'

const MEMBERS = 1_000
const LOOKING = 10
/** A quarter second, in which each list that is looked at may be told once; in milliseconds. */
const WINDOW = 250

const BIG = 'room of 1,000, 990 asleep'
const SMALL = 'room of 10'
const ECHO = 'own echo, p50'

export const p7: Row = {
  title: 'a message in a room of 1,000 members, 10 of them looking',
  async run(servers): Promise<Measured> {
    const parlour = await servers.parlour()
    const big = await seat(servers, parlour, MEMBERS)
    const small = await seat(servers, parlour, LOOKING)
    // The first message wakes every list once; after that those who sleep know.
    await big.talk.run(100)
    await small.talk.run(100)
    const woken = await untilQuiet(parlour)
    const lists = new Set(woken.map(({ user }) => user))
    const values = await alternate(
      [
        { name: BIG, measure: () => counted(parlour, big, servers.flow) },
        { name: SMALL, measure: () => counted(parlour, small, servers.flow) },
      ],
      servers.rounds,
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
async function seat(servers: BenchServers, parlour: LabServer, members: number): Promise<Seat> {
  const people = await parlour.people(members)
  const room = await parlour.group(people)
  const looking = people.slice(0, LOOKING)
  const lines = await openAll(LOOKING, (index) =>
    BenchSocket.open({
      url: `${parlour.socketUrl}/ws/sidebar/?token=${looking[index]?.access}`,
      join: async (socket) => void (await frameMatching(socket, (frame) => frame.includes('"type":"snapshot"'))),
      frame: () => '',
    }),
  )
  servers.keep({
    stop: async () => {
      for (const line of lines) line.cut()
    },
  })
  await untilQuiet(parlour)
  const { sockets: talking } = await joinParlour(parlour, looking, { batch: true, room })
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
  sorted.forEach((at, index) => {
    while (at - (sorted[from] as number) >= WINDOW) from += 1
    most = Math.max(most, index - from + 1)
  })
  return most
}
