/** The room list, as somebody comes to be in more rooms. */
import { Caller } from '../../http.ts'
import type { Stage } from '../../stage.ts'
import { percentile } from '../../statistics.ts'
import type { Operation } from '../growth.ts'
import type { Histories } from '../histories.ts'
import type { Sizes } from '../sizes.ts'

/** Rooms on a page. */
const PAGE = 35

export function listOperation(
  stage: Stage,
  histories: () => Promise<Histories>,
  { rooms, requests }: Sizes,
): Operation {
  return {
    id: 'room-list',
    title: 'The first page of somebody’s room list',
    axis: 'rooms somebody is in',
    sizes: rooms,
    ready: histories,
    figures: [
      { name: 'p50', unit: 'ms' },
      { name: 'p95', unit: 'ms' },
    ],
    plotted: ['p50', 'p95'],
    note: `A page holds ${PAGE} rooms; of ten rooms, all.`,
    async measure(size) {
      const { parlour, people } = await histories()
      const person = people.get(size)
      if (!person) throw new Error('There is nobody in so many rooms')
      const caller = new Caller(parlour.url, person.access)
      stage.keep({ stop: async () => caller.close() })
      const check = ({ results }: { results: object[] }) => {
        if (results.length !== Math.min(size, PAGE)) throw new Error(`${results.length} rooms`)
      }
      await caller.timed('/api/chatrooms/', Math.ceil(requests / 4), check)
      const times = await caller.timed('/api/chatrooms/', requests, check)
      return { p50: percentile(times, 0.5), p95: percentile(times, 0.95) }
    },
  }
}
