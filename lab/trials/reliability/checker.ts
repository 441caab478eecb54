/**
 * Judges what clients saw of some rooms against what the rooms hold at the end. It knows nothing of the server but the
 * promises: an acknowledged message is kept under the id it was acknowledged with, nothing is stored twice, nobody's
 * messages change places, and everyone in a room has received exactly its history, in its order, each message once.
 *
 * A program of its own as well: `node lab/trials/reliability/checker.ts <folder of logs>`.
 */
import { fileURLToPath } from 'node:url'
import { type ClientLog, type Logs, type Received, type RoomLog, readLogs } from './logs.ts'

/** How often each promise was broken, with the first few cases in words. */
export interface Verdict {
  stored: number
  sent: number
  acked: number
  /** Acknowledged, and not in the history under that id. */
  lost: number
  /** Never stored, although the trial went on until everything was acknowledged. */
  missing: number
  duplicated: number
  reordered: number
  /** In the history, but never said, or said otherwise. */
  foreign: number
  /** Clients whose own log is not the history. */
  differing: number
  cases: string[]
}

const CASES_KEPT = 20

export const isClean = ({ lost, missing, duplicated, reordered, foreign, differing }: Verdict): boolean =>
  lost + missing + duplicated + reordered + foreign + differing === 0

export function judge({ clients, rooms }: Logs): Verdict {
  const verdict: Verdict = {
    stored: rooms.reduce((sum, { history }) => sum + history.length, 0),
    sent: clients.reduce((sum, { sent: said }) => sum + said.length, 0),
    acked: clients.reduce((sum, { acked }) => sum + new Set(acked.map(({ client_id }) => client_id)).size, 0),
    lost: 0,
    missing: 0,
    duplicated: 0,
    reordered: 0,
    foreign: 0,
    differing: 0,
    cases: [],
  }
  for (const room of rooms) {
    const members = clients.filter((client) => client.room === room.room)
    judgeHistory(verdict, room, members)
    for (const client of members) {
      judgeSender(verdict, room, client)
      judgeListener(verdict, room, client)
    }
  }
  return verdict
}

type Count = 'lost' | 'missing' | 'duplicated' | 'reordered' | 'foreign' | 'differing'

function report(verdict: Verdict, count: Count, words: string): void {
  verdict[count] += 1
  if (verdict.cases.length < CASES_KEPT) verdict.cases.push(`${count}: ${words}`)
}

const keyOf = (sender: number, clientId: string | null) => `${sender}:${clientId}`

/** The room on its own: ids ascend, nothing twice, nothing that nobody said. */
function judgeHistory(verdict: Verdict, { room, history }: RoomLog, members: ClientLog[]): void {
  const meant = new Map(
    members.flatMap(({ user, sent: said }) => said.map((each) => [keyOf(user, each.client_id), each.content] as const)),
  )
  const seen = new Set<string>()
  let last = 0
  for (const { id, sender, client_id, content } of history) {
    const key = keyOf(sender, client_id)
    if (id <= last) report(verdict, 'reordered', `room ${room} has ${id} after ${last}`)
    last = id
    if (seen.has(key)) report(verdict, 'duplicated', `room ${room} has ${key} twice, the second time as ${id}`)
    seen.add(key)
    if (!meant.has(key)) report(verdict, 'foreign', `room ${room} has ${id} by ${key}, which nobody sent`)
    else if (meant.get(key) !== content)
      report(verdict, 'foreign', `room ${room} has another text in ${id} than ${key}`)
  }
}

/** One sender's messages: all there, as acknowledged, in the order in which they were said. */
function judgeSender(verdict: Verdict, { history }: RoomLog, { user, sent: said, acked }: ClientLog): void {
  const stored = new Map<string | null, number>()
  for (const each of history)
    if (each.sender === user && !stored.has(each.client_id)) stored.set(each.client_id, each.id)
  for (const { client_id, id } of acked) {
    if (stored.get(client_id) !== id) {
      report(
        verdict,
        'lost',
        `${user} was told that ${client_id} is ${id}, and it is ${stored.get(client_id) ?? 'nowhere'}`,
      )
    }
  }
  let last = 0
  for (const { client_id } of said) {
    const id = stored.get(client_id)
    if (id === undefined) report(verdict, 'missing', `${user} said ${client_id}`)
    else if (id < last) report(verdict, 'reordered', `${client_id} of ${user} came before what was said earlier`)
    else last = id
  }
}

/** One listener: the whole history, once, in order. */
function judgeListener(verdict: Verdict, { history }: RoomLog, { user, received: heard }: ClientLog): void {
  const line = ({ id, sender, client_id, content }: Received) => JSON.stringify([id, sender, client_id, content])
  for (let index = 0; index < Math.max(history.length, heard.length); index++) {
    const [kept, received] = [history[index], heard[index]]
    if (kept && received && line(kept) === line(received)) continue
    report(
      verdict,
      'differing',
      `${user} received ${received?.id ?? 'nothing'} where the history has ${kept?.id ?? 'nothing'}`,
    )
    return
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  if (!folder) throw new Error('Name the folder of the logs.')
  const verdict = judge(readLogs(folder))
  console.log(JSON.stringify(verdict, null, 2))
  process.exitCode = isClean(verdict) ? 0 : 1
}
