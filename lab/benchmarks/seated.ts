/** Opens the sockets of a room in Parlour or in one of its peers. */
import type { LabServer } from '../harness/server.ts'
import type { Enrolled } from '../server/doors.ts'
import { BenchSocket, frameMatching, type Protocol, textOf } from './bench-socket.ts'
import type { BenchServers } from './servers.ts'

export type PeerName = 'bare' | 'bare + flush' | 'bare + one row' | 'ws' | 'socket.io'

/** Sockets opened at the same time. */
const AT_ONCE = 20

/** `lines[n]` speaks as sender n. */
export interface Participants {
  name: string
  sockets: BenchSocket[]
}

/** Seats `count` people in a room of Parlour. With `batch` their clients have asked for several events per frame. */
export async function joinParlour(
  parlour: LabServer,
  people: Enrolled[],
  { batch, room }: { batch: boolean; room?: number },
): Promise<Participants & { room: number }> {
  const id = room ?? (await parlour.group(people))
  const protocol = (person: Enrolled): Protocol => ({
    url: `${parlour.socketUrl}/ws/chat/${id}/?token=${person.access}${batch ? '&batch=1' : ''}`,
    join: async (socket) => void (await frameMatching(socket, (frame) => frame.includes('"type":"ready"'))),
    frame: (sender, index) =>
      `{"type":"send_message","client_id":"${sender}-${index}-${id}","content":"${textOf(sender, index, TEXT)}"}`,
  })
  const lines = await openAll(people.length, (index) => BenchSocket.open(protocol(people[index] as Enrolled)))
  return { name: batch ? 'parlour' : 'parlour, one event per frame', sockets: lines, room: id }
}

/** Characters of each text. */
const TEXT = 80

/**
 * What the client of a rebroadcaster has to say itself, as nobody else will: who speaks, where, when, under which id.
 * As long as the event that Parlour makes of the same text, so that every subject delivers the same number of bytes.
 */
function whole(sender: number, index: number): string {
  const id = `${sender}-${index}`
  const who = `{"id":${4_000_000_000_000_000 + sender},"username":"p${sender}","full_name":"p${sender}","profile_pic":null}`
  const event = `{"type":"new_message","message":{"id":"${id}","sender":${who},"content":"${textOf(sender, index, TEXT)}"`
  return `${event},"timestamp":"2026-01-31T12:00:00.000Z","rest":"`.padEnd(EVENT - 3, '-').concat('"}}')
}

/** Bytes of a `new_message` event of Parlour with such a text. */
export const EVENT = 640

const JOIN_OPEN = async (socket: Parameters<Protocol['join']>[0]) =>
  new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })

async function protocolOf(servers: BenchServers, name: PeerName): Promise<(room: string) => Protocol> {
  if (name === 'socket.io') {
    const { host } = await servers.socketIo()
    return () => ({
      url: `ws://${host}/socket.io/?EIO=4&transport=websocket`,
      // Engine.IO opens with a 0, the client joins the default namespace with 40 and is told so.
      async join(socket) {
        await frameMatching(socket, (frame) => frame.startsWith('0'))
        socket.send('40')
        await frameMatching(socket, (frame) => frame.startsWith('40'))
      },
      frame: (sender, index) => `42["message",${whole(sender, index)}]`,
      answers: { 2: '3' },
    })
  }
  const { host } = await (name === 'ws' ? servers.ws() : bareWorker(servers))
  const path = { ws: '', bare: '/bare/', 'bare + flush': '/bare-flush/', 'bare + one row': '/bare-stored/' }[name]
  return (room) => ({
    url: `ws://${host}${path}${path && encodeURIComponent(room)}`,
    join: JOIN_OPEN,
    frame: whole,
  })
}

/** All rebroadcasting rooms live in one Worker. */
const workers = new WeakMap<BenchServers, ReturnType<BenchServers['worker']>>()
export function bareWorker(servers: BenchServers): ReturnType<BenchServers['worker']> {
  const running = workers.get(servers) ?? servers.worker()
  workers.set(servers, running)
  return running
}

/** Seats `count` clients in a room of a peer. */
export async function joinPeer(
  servers: BenchServers,
  name: PeerName,
  count: number,
  room = 'room',
): Promise<Participants> {
  const protocol = await protocolOf(servers, name)
  return { name, sockets: await openAll(count, () => BenchSocket.open(protocol(room))) }
}

/** Opens `count` lines, some at a time. */
export async function openAll(
  count: number,
  open: (index: number) => Promise<BenchSocket>,
  atOnce = AT_ONCE,
): Promise<BenchSocket[]> {
  const lines: BenchSocket[] = []
  for (let from = 0; from < count; from += atOnce) {
    const indices = Array.from({ length: Math.min(atOnce, count - from) }, (_, n) => from + n)
    lines.push(...(await Promise.all(indices.map(open))))
  }
  return lines
}
