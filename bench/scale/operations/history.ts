/** What is done in one room, as its history grows. */
import { randomUUID } from 'node:crypto'
import { Caller } from '../../http.ts'
import { awaited, Line, saying } from '../../line.ts'
import { CJK, COMMON, RARE } from '../../server/sentences.ts'
import type { Stage } from '../../stage.ts'
import { percentile } from '../../statistics.ts'
import type { Operation, Values } from '../growth.ts'
import type { Histories } from '../histories.ts'
import type { Sizes } from '../sizes.ts'

const PAGE = 50
/** Results of a page of a search. */
const FOUND = 35
const AXIS = 'messages in the room'
/** Messages before the first that is timed. */
const UNTIMED = 20
/** An echo that has not come by then will not, in milliseconds. */
const PATIENCE = 10_000
/** A count of everything is worth this many messages' reading at most. */
const MOST_COUNTED = 2_000_000

export function historyOperations(stage: Stage, histories: () => Promise<Histories>, sizes: Sizes): Operation[] {
  const at = async (size: number) => {
    const { parlour, rooms } = await histories()
    const room = rooms.get(size)
    if (!room) throw new Error('There is no such room')
    const caller = new Caller(parlour.url, room.writer.access)
    stage.keep({ stop: async () => caller.close() })
    return { parlour, caller, ...room }
  }
  const newest = async ({ id, caller }: { id: number; caller: Caller }): Promise<number> => {
    const { text } = await caller.get(`/api/chatrooms/${id}/messages/?limit=1`)
    return JSON.parse(text).results[0].id
  }
  const ofRoom = { axis: AXIS, sizes: sizes.messages, ready: histories }
  const middleAndTail = [
    { name: 'p50', unit: 'ms' },
    { name: 'p95', unit: 'ms' },
  ]

  const page = async (size: number): Promise<Values> => {
    const { id, caller } = await at(size)
    const path = `/api/chatrooms/${id}/messages/?limit=${PAGE}`
    const check = ({ results }: { results: object[] }) => {
      if (results.length !== PAGE) throw new Error(`A page of ${results.length}`)
    }
    return spread(await warm(caller, path, check))
  }

  const warm = async (caller: Caller, path: string, check: (body: never) => void): Promise<number[]> => {
    await caller.timed(path, Math.ceil(sizes.requests / 4), check)
    return caller.timed(path, sizes.requests, check)
  }

  /** From asking for the socket to `ready`, with exactly what was missed in between. */
  const resume = async (size: number): Promise<Values> => {
    const room = await at(size)
    const { parlour, id, writer } = room
    const after = (await newest(room)) - PAGE
    const times: number[] = []
    for (let n = 0; n < sizes.requests; n++) {
      const began = performance.now()
      let missed = 0
      const line = await Line.open({
        url: `${parlour.socketUrl}/ws/chat/${id}/?token=${writer.access}&batch=1&after=${after}`,
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
    return spread(times.slice(Math.floor(times.length / 4)))
  }

  const echo = async (size: number): Promise<Values> => {
    const { parlour, id, writer } = await at(size)
    // The room may be kept for another run, in which the same client_id would be a repeat.
    const run = randomUUID()
    const line = await Line.open({
      url: `${parlour.socketUrl}/ws/chat/${id}/?token=${writer.access}&batch=1`,
      join: async (socket) => void (await awaited(socket, (frame) => frame.includes('"type":"ready"'))),
      frame: (sender, place) =>
        `{"type":"send_message","client_id":"${run}-${place}","content":"${saying(sender, place)}"}`,
    })
    const times: number[] = []
    try {
      // Few: what is said stays, and the room is to keep its size.
      for (let place = 0; place < UNTIMED + sizes.echoes; place++) {
        const began = performance.now()
        await echoed(line, place)
        if (place >= UNTIMED) times.push(performance.now() - began)
      }
    } finally {
      line.cut()
    }
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
  }

  const search = async (size: number): Promise<Values> => {
    const { id, caller } = await at(size)
    const values: Values = {}
    for (const [name, words, expected] of [
      ['rare word', RARE, Math.floor(size / 100_000)],
      ['common word', COMMON, FOUND],
      ['two-letter CJK', CJK, Math.min(FOUND, Math.floor(size / 500))],
    ] as const) {
      const path = `/api/chatrooms/${id}/messages/?search=${encodeURIComponent(words)}`
      const check = ({ results }: { results: { content: string }[] }) => {
        if (results.length < Math.min(1, expected) || !results.every(({ content }) => content.includes(words)))
          throw new Error(`${words}: ${results.length} found of ${expected}`)
      }
      values[name] = percentile(await warm(caller, path, check), 0.95)
    }
    return values
  }

  /** Inside the room, by the room's own query, with the way to the room taken off. */
  const unread = async (size: number): Promise<Values> => {
    const room = await at(size)
    const { parlour, id } = room
    const last = await newest(room)
    const took = async (above: number, times: number): Promise<number> => {
      const began = performance.now()
      const body = { ask: 'unread', user: 0, above, times }
      const { found } = await parlour.call<{ found: number }>('POST', `/api/bench/rooms/${id}/probe`, { body })
      const took = performance.now() - began
      if (times > 0 && found < Math.min(PAGE, size) - 1) throw new Error(`${found} unread`)
      return took
    }
    const each = async (above: number, times: number): Promise<number> => {
      const rounds = []
      for (let n = 0; n < 5; n++) rounds.push((await took(above, times)) - (await took(above, 0)))
      return Math.max(0.0001, percentile(rounds, 0.5) / times)
    }
    return {
      '50 unread': await each(last - PAGE, 2_000),
      'all unread': await each(0, Math.max(1, Math.min(2_000, Math.floor(MOST_COUNTED / size)))),
    }
  }

  return [
    {
      id: 'newest-page',
      title: 'The newest page of 50 messages',
      ...ofRoom,
      figures: middleAndTail,
      plotted: ['p50', 'p95'],
      measure: page,
    },
    {
      id: 'resume',
      title: 'Resuming a socket by 50 missed messages',
      ...ofRoom,
      figures: middleAndTail,
      plotted: ['p50', 'p95'],
      note: 'From asking for the socket to `ready`, with exactly the 50 messages in between.',
      measure: resume,
    },
    {
      id: 'echo',
      title: 'From sending a message to one’s own echo',
      ...ofRoom,
      figures: [
        { name: 'p50', unit: 'ms' },
        { name: 'p99', unit: 'ms' },
      ],
      plotted: ['p50', 'p99'],
      note: 'One socket, one message at a time, stored and searchable before the echo.',
      measure: echo,
    },
    {
      id: 'search',
      title: 'Searching a room, p95',
      ...ofRoom,
      figures: ['rare word', 'common word', 'two-letter CJK'].map((name) => ({ name, unit: 'ms' })),
      plotted: ['rare word', 'common word', 'two-letter CJK'],
      note: `The rare word stands in one message of 100,000, the common one in one of three, 喝茶 in one of 500. A page holds ${FOUND}.`,
      measure: search,
    },
    {
      id: 'unread',
      title: 'Counting what somebody has not read',
      ...ofRoom,
      figures: ['50 unread', 'all unread'].map((name) => ({ name, unit: 'ms' })),
      plotted: ['50 unread', 'all unread'],
      note: 'Inside the room, without the way to it. It grows with what is unread, not with the history; a count is kept while the room is awake.',
      measure: unread,
    },
  ]
}

const spread = (times: number[]): Values => ({ p50: percentile(times, 0.5), p95: percentile(times, 0.95) })

/** Says something and resolves when it is back. @throws {Error} when it does not come, or the socket is closed */
async function echoed(line: Line, place: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`No echo: ${line.closed ?? 'the socket is open'}`)), PATIENCE)
    line.delivered = (_sender, back) => {
      if (back !== place) return
      clearTimeout(timer)
      resolve()
    }
    line.say(0, place)
  })
}
