/**
 * A message in a group whose members are away, as the group grows: the pushes that it causes, and how long they take.
 */
import type { LabServer } from '../../../harness/server.ts'
import { FanOut } from '../../fan-out.ts'
import { joinParlour } from '../../seated.ts'
import { untilQuiet } from '../../until-quiet.ts'
import type { Operation, Values } from '../growth.ts'
import type { Sizes } from '../sizes.ts'

export function groupOperations(fresh: () => Promise<LabServer>, sizes: Sizes): Operation[] {
  const measured = new Map<number, Promise<Values>>()
  const once = (size: number): Promise<Values> => {
    const values = measured.get(size) ?? fresh().then((parlour) => measure(parlour, size, sizes.flow))
    measured.set(size, values)
    return values
  }
  const ofGroup = { axis: 'members of the group', sizes: sizes.members, ready: fresh, measure: once }
  return [
    {
      id: 'group',
      title: 'A message in a group',
      ...ofGroup,
      figures: ['until the last list is told', 'own echo, first', 'own echo after, p50'].map((name) => ({
        name,
        unit: 'ms',
      })),
      plotted: ['until the last list is told', 'own echo, first', 'own echo after, p50'],
      note: 'One member has the room open, the others are away. The first message after a quiet time tells each list once.',
    },
    {
      id: 'group-calls',
      title: 'Lists called for messages in a group',
      ...ofGroup,
      figures: ['by the first message', 'of those away, by all after it'].map((name) => ({ name, unit: 'calls' })),
      plotted: ['by the first message', 'of those away, by all after it'],
      note: 'A list that has been told that something is unread, and is not looked at, is not called again until it has asked. Zero is drawn on the floor.',
    },
  ]
}

async function measure(parlour: LabServer, members: number, flow: number): Promise<Values> {
  const people = await parlour.people(members)
  const room = await parlour.group(people)
  await untilQuiet(parlour)
  const { sockets: lines } = await joinParlour(parlour, people.slice(0, 1), { batch: true, room })
  try {
    await untilQuiet(parlour)
    const talk = new FanOut(lines, { senders: 1, width: 1 })
    const began = Date.now()
    // So short that one message is all that is said.
    const first = await talk.run(1)
    const received = await untilQuiet(parlour)
    const after = await talk.run(flow)
    const again = await untilQuiet(parlour)
    const away = new Set(people.slice(1).map(({ id }) => id))
    const reached = new Set(received.map(({ user }) => user))
    const untold = [...away].filter((user) => !reached.has(user))
    if (untold.length > 0) throw new Error(`${untold.length} lists were not told`)
    return {
      'until the last list is told': Math.max(...received.map(({ at }) => at)) - began,
      'own echo, first': first.p50,
      'own echo after, p50': after.p50,
      'by the first message': received.length,
      'of those away, by all after it': again.filter(({ user }) => away.has(user)).length,
    }
  } finally {
    for (const line of lines) line.cut()
  }
}
