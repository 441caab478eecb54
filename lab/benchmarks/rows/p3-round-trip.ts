/** P3: two people, one message at a time: the time from sending to the sender's own echo. */
import { letTalk } from '../fan-out.ts'
import { atMost, type Measured, type Row, ratio } from '../row.ts'
import { joinParlour, joinPeer, type Participants, type PeerName } from '../seated.ts'

const PEERS: PeerName[] = ['bare', 'bare + flush', 'bare + one row', 'ws', 'socket.io']
const ECHO = 'own echo, p50'

export const p3: Row = {
  title: '2 sockets, one message at a time: from sending to one’s own echo',
  async run(servers): Promise<Measured> {
    const parlour = await servers.parlour()
    const seated: Participants[] = [await joinParlour(parlour, await parlour.people(2), { batch: true })]
    for (const peer of PEERS) seated.push(await joinPeer(servers, peer, 2))
    const found = await letTalk(servers, seated, { senders: 1, width: 1 }, servers.flow)
    return {
      readings: found.filter(({ what }) => what !== 'deliveries'),
      targets: [atMost('own echo p50, × bare', ratio(found, ECHO, 'parlour', 'bare'), 1.25)],
      notes: [
        'What is acknowledged is on disk first, which bare + one row does as well: that one message then waits for one commit.',
        `Against it, own echo p50: ${ratio(found, ECHO, 'parlour', 'bare + one row').toPrecision(3)} ×.`,
      ],
    }
  },
}
