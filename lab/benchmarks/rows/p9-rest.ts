/** P9: reading by REST, against a route that does nothing behind the same check of the session. */

import { Caller } from '../caller.ts'
import { alternate, atLeast, type Measured, type Row, ratio, readings } from '../row.ts'
import { bareWorker } from '../seated.ts'

const CLIENTS = 8
const ROOMS = 10
const MESSAGES = 200

const EMPTY = 'empty route, session checked as well'
const TOKEN_ONLY = 'empty Hono route, token checked'
const LIST = 'GET /api/chatrooms/'
const PAGE = 'GET /api/chatrooms/{id}/messages/'
const RATE = 'answers'

export const p9: Row = {
  title: 'reading by REST, 8 clients',
  async run(servers): Promise<Measured> {
    const parlour = await servers.parlour()
    const people = await parlour.people(CLIENTS)
    const rooms: number[] = []
    for (let index = 0; index < ROOMS; index++) rooms.push(await parlour.group(people))
    const room = rooms[0] as number
    await parlour.fill(room, people, { from: 1_000, count: MESSAGES, began: Date.UTC(2026, 0, 1) })
    const { host } = await bareWorker(servers)

    const subject = (name: string, url: string, path: string) => {
      const callers = people.map(({ access }) => new Caller(url, access))
      servers.keep({
        stop: async () => {
          for (const caller of callers) caller.close()
        },
      })
      return {
        name,
        async measure() {
          const began = performance.now()
          const ends = began + servers.flow
          let answers = 0
          const call = async (caller: Caller) => {
            while (performance.now() < ends) {
              await caller.get(path)
              answers += 1
            }
          }
          await Promise.all(callers.map(call))
          return (answers * 1_000) / (performance.now() - began)
        },
      }
    }
    const subjects = [
      subject(LIST, parlour.url, '/api/chatrooms/'),
      subject(PAGE, parlour.url, `/api/chatrooms/${room}/messages/`),
      subject(EMPTY, parlour.url, '/dev/lab/empty'),
      subject('and one line logged', parlour.url, '/dev/lab/logged'),
      subject(TOKEN_ONLY, `http://${host}`, '/empty'),
    ]
    for (const { measure } of subjects) await measure()
    const found = readings(await alternate(subjects, servers.rounds), RATE, '/s', (value) => value)
    return {
      readings: found,
      targets: [
        atLeast('room list, × the empty route', ratio(found, RATE, LIST, EMPTY), 0.6),
        atLeast('messages, × the empty route', ratio(found, RATE, PAGE, EMPTY), 0.6),
      ],
    }
  },
}
