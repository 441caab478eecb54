/** Counts how often each operation goes from the Worker to the directory and to actors: distance multiplies these. */
import { WebSocket } from 'ws'
import type { LabServer } from '../../harness/server.ts'
import type { Enrolled, Trips } from '../../server/doors.ts'

/** Ways there and back, each to another place. */
export interface Counted extends Omit<Trips, 'request'> {
  operation: string
}

const HEADER = { 'x-lab-count': '1' }

/** Each operation is asked twice, so that what only the first request of an isolate does is not counted. */
export async function tripsOf(parlour: LabServer, room: number, person: Enrolled): Promise<Counted[]> {
  const path = `/api/chatrooms/${room}/`
  const requests: [operation: string, method: string, path: string, body?: object][] = [
    ['a page of the room list', 'GET', '/api/chatrooms/'],
    ['a room in detail', 'GET', path],
    ['a page of messages', 'GET', `${path}messages/`],
    ['sending over REST', 'POST', `${path}messages/`, { content: 'from afar' }],
    ['searching one room', 'GET', `${path}messages/?search=tea`],
    ['searching all of 11 rooms', 'GET', '/api/search/?q=tea'],
    ['one’s notifications', 'GET', '/api/notifications/'],
    ['one’s profile', 'GET', '/api/profile/'],
    ['searching for people', 'GET', '/api/users/?search=p'],
  ]
  const found: Counted[] = []
  for (const [operation, method, path, body] of requests) {
    for (let n = 0; n < 2; n++) await parlour.api.call(method, path, { access: person.access, headers: HEADER, body })
    found.push({ operation, ...(await counted(parlour)) })
  }
  for (const [operation, socket] of [
    ['opening a room’s socket', `/ws/chat/${room}/`],
    ['opening the sidebar’s socket', '/ws/sidebar/'],
  ] as const) {
    for (let n = 0; n < 2; n++) await open(parlour.api.socketUrl(socket, person))
    found.push({ operation, ...(await counted(parlour)) })
  }
  return found
}

async function open(url: string): Promise<void> {
  const socket = new WebSocket(url, { headers: HEADER })
  await new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve())
    socket.once('error', reject)
  })
  socket.terminate()
}

/** What the last request has taken. */
async function counted(parlour: LabServer): Promise<Omit<Trips, 'request'>> {
  const last = (await parlour.trips()).at(-1)
  if (!last) throw new Error('Nothing was counted')
  return { directory: last.directory, actors: last.actors, inTurn: last.inTurn, directoryInTurn: last.directoryInTurn }
}
