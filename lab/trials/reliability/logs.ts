/** The logs of a trial for the checker: one file per client and one per room, in a folder. */
import fs from 'node:fs'
import path from 'node:path'

/** A message as a client meant it. `n` counts the client's own messages from 0. */
export interface Sent {
  n: number
  client_id: string
  content: string
}

/** A message as somebody received it, or as the history has it. */
export interface Received {
  id: number
  client_id: string | null
  sender: number
  content: string | null
}

/** One client's whole life, over all its connections. */
export interface ClientLog {
  user: number
  room: number
  sent: Sent[]
  /** Every acknowledgement, in the order of arrival. */
  acked: { client_id: string; id: number }[]
  /** Every new message, in the order of arrival. */
  received: Received[]
}

/** A room's history at the end, oldest first. */
export interface RoomLog {
  room: number
  history: Received[]
}

export interface Logs {
  clients: ClientLog[]
  rooms: RoomLog[]
}

export function writeLogs(folder: string, { clients, rooms }: Logs): void {
  fs.mkdirSync(folder, { recursive: true })
  for (const log of clients) fs.writeFileSync(path.join(folder, `client-${log.user}.json`), JSON.stringify(log))
  for (const log of rooms) fs.writeFileSync(path.join(folder, `room-${log.room}.json`), JSON.stringify(log))
}

export function readLogs(folder: string): Logs {
  const read = <T>(prefix: string): T[] =>
    fs
      .readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8')))
  return { clients: read<ClientLog>('client-'), rooms: read<RoomLog>('room-') }
}
