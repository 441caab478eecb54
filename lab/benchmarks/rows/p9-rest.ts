/** P9: reading by REST, against a route that does nothing behind the same check of the token. */
import { alternate, readings } from '../alternation.ts'
import { Caller } from '../http.ts'
import type { Measured, Row } from '../row.ts'
import { atLeast, ratio } from '../statistics.ts'
import { bareWorker } from '../subjects.ts'

const CLIENTS = 8
const ROOMS = 10
const MESSAGES = 200

const EMPTY = 'empty Hono route, token checked'
const LIST = 'GET /api/chatrooms/'
const PAGE = 'GET /api/chatrooms/{id}/messages/'
const RATE = 'answers'

export const p9: Row = {
  title: 'reading by REST, 8 clients',
  async run(stage): Promise<Measured> {
    const parlour = await stage.parlour()
    const people = await parlour.people(CLIENTS)
    const rooms: number[] = []
    for (let place = 0; place < ROOMS; place++) rooms.push(await parlour.group(people))
    const room = rooms[0] as number
    await parlour.fill(room, people, { from: 1_000, count: MESSAGES, began: Date.UTC(2026, 0, 1) })
    const { host } = await bareWorker(stage)

    const contestant = (name: string, url: string, path: string) => {
      const callers = people.map(({ access }) => new Caller(url, access))
      stage.keep({
        stop: async () => {
          for (const caller of callers) caller.close()
        },
      })
      return {
        name,
        async measure() {
          const began = performance.now()
          const ends = began + stage.flow
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
    const contestants = [
      contestant(LIST, parlour.url, '/api/chatrooms/'),
      contestant(PAGE, parlour.url, `/api/chatrooms/${room}/messages/`),
      contestant('empty route, session looked up as well', parlour.url, '/dev/lab/empty'),
      contestant('and one line logged', parlour.url, '/dev/lab/logged'),
      contestant(EMPTY, `http://${host}`, '/empty'),
    ]
    for (const { measure } of contestants) await measure()
    const found = readings(await alternate(contestants, stage.rounds), RATE, '/s', (value) => value)
    return {
      readings: found,
      targets: [
        atLeast('room list, × the empty route', ratio(found, RATE, LIST, EMPTY), 0.5),
        atLeast('messages, × the empty route', ratio(found, RATE, PAGE, EMPTY), 0.5),
      ],
    }
  },
}
