/** P4: the newest page and a short resume, in a room of a million messages against one of a thousand. */
import { alternate, readings } from '../alternation.ts'
import { openArchive } from '../archive.ts'
import { Caller } from '../http.ts'
import { awaited, Line } from '../line.ts'
import type { Measured, Row } from '../row.ts'
import { atMost, percentile, ratio } from '../statistics.ts'

const PAGE = 50
/** Of each kind in one round. */
const REQUESTS = 40
const RESUMES = 20

const BIG = 'room of 1,000,000'
const SMALL = 'room of 1,000'

export const p4: Row = {
  title: 'the newest page of 50, and a resume by 50, in a room of 1,000,000 messages and in one of 1,000',
  async run(stage): Promise<Measured> {
    const { parlour, million, thousand, writer } = await openArchive(stage)
    const caller = new Caller(parlour.url, writer.access)
    stage.keep({ stop: async () => caller.close() })

    const page = (room: number) =>
      caller.timed(`/api/chatrooms/${room}/messages/?limit=${PAGE}`, REQUESTS, ({ results }: { results: object[] }) => {
        if (results.length !== PAGE) throw new Error(`A page of ${results.length}`)
      })

    /** From asking for the socket to `ready`, with exactly what was missed in between. */
    const resume = async (room: number) => {
      const newest = JSON.parse((await caller.get(`/api/chatrooms/${room}/messages/?limit=1`)).text).results[0].id
      const times: number[] = []
      for (let n = 0; n < RESUMES; n++) {
        const began = performance.now()
        let missed = 0
        const line = await Line.open({
          url: `${parlour.socketUrl}/ws/chat/${room}/?token=${writer.access}&batch=1&after=${newest - PAGE}`,
          join: async (socket) => {
            await awaited(socket, (frame) => {
              missed += frame.split('"type":"new_message"').length - 1
              return frame.includes('"type":"ready"')
            })
          },
          frame: () => '',
        })
        times.push(performance.now() - began)
        line.cut()
        if (missed !== PAGE) throw new Error(`A resume by ${PAGE} brought ${missed}`)
      }
      return times
    }

    const contestants = [
      { name: BIG, room: million },
      { name: SMALL, room: thousand },
    ].map(({ name, room }) => ({
      name,
      measure: async () => ({
        page: percentile(await page(room), 0.5),
        resume: percentile(await resume(room), 0.5),
      }),
    }))
    for (const { measure } of contestants) await measure()
    const values = await alternate(contestants, stage.rounds)
    const found = [
      ...readings(values, 'newest page, p50', 'ms', (value) => value.page),
      ...readings(values, 'resume by 50, p50', 'ms', (value) => value.resume),
    ]
    return {
      readings: found,
      targets: [
        atMost('newest page, × the small room', ratio(found, 'newest page, p50', BIG, SMALL), 1.3),
        atMost('resume by 50, × the small room', ratio(found, 'resume by 50, p50', BIG, SMALL), 1.3),
      ],
      notes: ['The room was filled through the room’s own `Messages.add`, row by row with the search index.'],
    }
  },
}
