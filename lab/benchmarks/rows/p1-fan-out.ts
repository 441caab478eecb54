/**
 * P1: fan-out in a room of a hundred sockets, ten of which send, with authentication, storage, search and receipts on.
 * P2: the same with one event per frame.
 */
import { letTalk } from '../fan-out.ts'
import { atLeast, atMost, type Measured, type Row, ratio } from '../row.ts'
import { joinParlour, joinPeer, type Participants, type PeerName } from '../seated.ts'
import type { BenchServers } from '../servers.ts'

const PEOPLE = 100
const FLOW = { senders: 10, width: 4 }
/** The talkers say how far they have read this often, as the SDK does for somebody who looks at the room. */
const READING = 1_000

async function measured(servers: BenchServers, batch: boolean, peers: PeerName[]) {
  const parlour = await servers.parlour()
  const mine = await joinParlour(parlour, await parlour.people(PEOPLE), { batch })
  const seated: Participants[] = [mine]
  for (const peer of peers) seated.push(await joinPeer(servers, peer, PEOPLE))
  servers.keep(reading(mine))
  return letTalk(servers, seated, FLOW, servers.flow)
}

/** Receipts while they talk: the newest message that there is, each second, from those who write. */
function reading({ sockets: lines }: Participants) {
  const timer = setInterval(() => {
    for (const line of lines.slice(0, FLOW.senders)) {
      if (line.newest > 0) line.send(`{"type":"read_message","message_id":${line.newest}}`)
    }
  }, READING)
  return { stop: async () => clearInterval(timer) }
}

export const p1: Row = {
  title: '100 sockets in a room, 10 senders × 4 under way, several events per frame',
  async run(servers): Promise<Measured> {
    const found = await measured(servers, true, ['bare', 'bare + flush', 'ws', 'socket.io'])
    return {
      readings: found,
      targets: [
        atLeast('deliveries, × ws', ratio(found, 'deliveries', 'parlour', 'ws'), 1),
        atLeast('deliveries, × bare', ratio(found, 'deliveries', 'parlour', 'bare'), 3.5),
        atMost('own echo p99, × ws', ratio(found, 'own echo, p99', 'parlour', 'ws'), 1.2),
      ],
    }
  },
}

export const p2: Row = {
  title: 'the same, one event per frame',
  async run(servers): Promise<Measured> {
    const found = await measured(servers, false, ['bare', 'bare + flush'])
    return {
      readings: found,
      targets: [atLeast('deliveries, × bare', ratio(found, 'deliveries', 'parlour, one event per frame', 'bare'), 1.5)],
    }
  },
}
