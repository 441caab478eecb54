/** P8: a thousand sockets of forty rooms are cut at once: the time until all have resumed. */
import type { LabServer } from '../../harness/server.ts'
import type { Enrolled } from '../../server/doors.ts'
import { BenchSocket, frameMatching, type Protocol } from '../bench-socket.ts'
import { alternate, atMost, type Measured, type Row, ratio, readings } from '../row.ts'
import { bareWorker, openAll } from '../seated.ts'

const ROOMS = 40
const EACH = 25
const WHAT = 'all back'

interface Room {
  id: number
  people: Enrolled[]
  /** The newest event that its sockets know. */
  seq: number
}

export const p8: Row = {
  title: '1,000 sockets of 40 rooms cut at once and resumed, against 1,000 plain accepts by bare',
  async run(servers): Promise<Measured> {
    const parlour = await servers.parlour()
    const people = await parlour.people(ROOMS * EACH)
    const made = async (index: number): Promise<Room> => {
      const members = people.slice(index * EACH, (index + 1) * EACH)
      return { id: await parlour.group(members), people: members, seq: 0 }
    }
    const rooms = await Promise.all(Array.from({ length: ROOMS }, (_, index) => made(index)))
    const { host } = await bareWorker(servers)
    let mine: BenchSocket[] = []
    let bares: BenchSocket[] = []
    const everywhere = (protocol: (room: number, person: number) => Protocol) =>
      openAll(ROOMS * EACH, (n) => BenchSocket.open(protocol(n % ROOMS, Math.floor(n / ROOMS))), ROOMS * EACH)
    const subjects = [
      {
        name: 'parlour, resumed',
        async measure() {
          for (const line of mine) line.cut()
          await Promise.all(rooms.map((room) => missed(parlour, room)))
          const began = performance.now()
          mine = await everywhere((room, person) => resumed(parlour, rooms[room] as Room, person))
          const took = performance.now() - began
          await Promise.all(rooms.map((room) => caughtUp(parlour, room)))
          return took
        },
      },
      {
        name: 'bare, accepted',
        async measure() {
          for (const line of bares) line.cut()
          const began = performance.now()
          const join: Protocol['join'] = (socket) => new Promise((resolve) => socket.once('open', () => resolve()))
          bares = await everywhere((room) => ({ url: `ws://${host}/bare/${room}`, join, frame: () => '' }))
          return performance.now() - began
        },
      },
    ]
    for (const room of rooms) await caughtUp(parlour, room)
    for (const { measure } of subjects) await measure()
    const found = readings(await alternate(subjects, servers.rounds), WHAT, 'ms', (value) => value)
    return {
      readings: found,
      targets: [atMost('all back, × accepts by bare', ratio(found, WHAT, 'parlour, resumed', 'bare, accepted'), 1.3)],
      notes: ['Each socket missed one message and must have received exactly that before its `ready`.'],
    }
  },
}

/** Says something while nobody is there. */
async function missed(parlour: LabServer, { id, people }: Room): Promise<void> {
  const body = { content: 'while you were away' }
  await parlour.api.call('POST', `/api/chatrooms/${id}/messages/`, { access: people[0]?.access ?? '', body })
}

/** From here on the sockets of this room know everything. */
async function caughtUp(parlour: LabServer, room: Room): Promise<void> {
  const path = `/api/chatrooms/${room.id}/`
  const { last_id } = await parlour.api.call<{ last_id: number }>('GET', path, { access: room.people[0]?.access ?? '' })
  room.seq = last_id
}

function resumed(parlour: LabServer, { id, people, seq }: Room, person: number): Protocol {
  return {
    url: `${parlour.socketUrl}/ws/chat/${id}/?token=${people[person]?.access}&batch=1&after=${seq}`,
    async join(socket) {
      let messages = 0
      await frameMatching(socket, (frame) => {
        messages += frame.split('"type":"new_message"').length - 1
        return frame.includes('"type":"ready"')
      })
      if (messages !== 1) throw new Error(`${messages} messages on resuming, where one was missed`)
    },
    frame: () => '',
  }
}
