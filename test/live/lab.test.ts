/** Parts of the lab: the checker and the random generator, every mutation against the source, and R1 in its short form. */
import { describe, expect, it } from 'vitest'
import { Random } from '../../lab/harness/random.ts'
import { MUTATIONS } from '../../lab/mutations/registry.ts'
import { Source } from '../../lab/mutations/source.ts'
import { TRIALS } from '../../lab/trials/registry.ts'
import { isClean, judge, type Verdict } from '../../lab/trials/reliability/checker.ts'
import type { ClientLog, Logs, Received } from '../../lab/trials/reliability/logs.ts'
import { r1 } from '../../lab/trials/reliability/r1-killed.ts'
import { ROOT } from '../../scripts/wrangler.mjs'

/** Two people in one room, three messages each, everything as it should be. */
function goodLogs(): { logs: Logs; ada: ClientLog; bob: ClientLog; history: Received[] } {
  const history: Received[] = [1, 2, 1, 1, 2, 2].map((sender, place, all) => {
    const n = all.slice(0, place).filter((other) => other === sender).length
    return { id: place + 10, sender, client_id: `${sender}-${n}`, content: `text ${n}` }
  })
  const clientOf = (user: number): ClientLog => {
    const own = history.filter(({ sender }) => sender === user)
    return {
      user,
      room: 7,
      sent: own.map(({ client_id, content }, n) => ({ n, client_id: client_id ?? '', content: content ?? '' })),
      acked: own.map(({ client_id, id }) => ({ client_id: client_id ?? '', id })),
      received: history.map((each) => ({ ...each })),
    }
  }
  const [ada, bob] = [clientOf(1), clientOf(2)]
  return { logs: { clients: [ada, bob], rooms: [{ room: 7, history }] }, ada, bob, history }
}

describe('the checker', () => {
  it('finds nothing where nothing is wrong', () => {
    const verdict = judge(goodLogs().logs)
    expect(verdict).toMatchObject({ sent: 6, stored: 6, acked: 6, cases: [] })
    expect(isClean(verdict)).toBe(true)
  })

  it.each<[keyof Verdict, string, (good: ReturnType<typeof goodLogs>) => void]>([
    ['lost', 'an acknowledged message is not in the history', ({ history }) => void history.splice(2, 1)],
    ['lost', 'an acknowledged message has another id', ({ ada }) => Object.assign(ada.acked[1] ?? {}, { id: 99 })],
    [
      'missing',
      'a message was never stored',
      ({ bob, history }) => {
        history.splice(4, 1)
        bob.acked.splice(1, 1)
      },
    ],
    [
      'duplicated',
      'a message is stored twice',
      ({ history }) => void history.push({ ...(history[0] as Received), id: 20 }),
    ],
    ['reordered', 'two messages of one person change places', ({ ada }) => void ada.sent.reverse()],
    ['reordered', 'ids do not ascend', ({ history }) => Object.assign(history[3] ?? {}, { id: 11 })],
    ['foreign', 'a message is by nobody', ({ history }) => Object.assign(history[3] ?? {}, { sender: 3 })],
    ['foreign', 'a text is another', ({ history }) => Object.assign(history[3] ?? {}, { content: 'what?' })],
    ['differing', 'somebody missed a message', ({ bob }) => void bob.received.splice(1, 1)],
    ['differing', 'somebody missed the last message', ({ bob }) => void bob.received.pop()],
    [
      'differing',
      'somebody heard a message twice',
      ({ bob }) => void bob.received.splice(1, 0, bob.received[1] as Received),
    ],
    ['differing', 'somebody heard two in another order', ({ bob }) => void bob.received.reverse()],
  ])('counts as %s that %s', (count, _, spoil) => {
    const good = goodLogs()
    spoil(good)
    const verdict = judge(good.logs)
    expect(verdict[count]).toBeGreaterThan(0)
    expect(isClean(verdict)).toBe(false)
  })
})

describe('chance', () => {
  it('is the same again from the same seed, and another from another', () => {
    const drawn = (seed: number) => {
      const random = new Random(seed)
      return Array.from({ length: 100 }, () => random.between(0, 1_000))
    }
    expect(drawn(1)).toEqual(drawn(1))
    expect(drawn(1)).not.toEqual(drawn(2))
    expect(new Set(drawn(1)).size).toBeGreaterThan(50)
  })
})

describe('the mutations', () => {
  const source = new Source(ROOT)

  it.each(MUTATIONS.map(({ trial, bug, edits }) => [trial, bug, edits] as const))(
    'fit the source: %s catches that %s',
    (trial, bug, edits) => {
      expect(Object.keys(TRIALS)).toContain(trial)
      expect(source.mutated({ bug, edits }).size).toBeGreaterThan(0)
    },
  )

  it.each([
    ['a symbol that is gone', { symbol: 'Outbox.#gone', search: 'a', replace: 'b' }, 'nothing in src is called'],
    ['a text that is gone', { symbol: 'replay', search: 'gone', replace: 'b' }, 'has 0 times gone'],
    ['a text that stands twice', { symbol: 'BOUNDS', search: 'limit: ', replace: '' }, 'times limit'],
    ['an unknown name', { symbol: 'replay', search: 'let sent = after', replace: 'let sent = gone' }, 'knows no gone'],
    [
      'an unknown member',
      { symbol: 'replay', search: 'let sent = after', replace: 'let sent = this.#x' },
      'knows no #x',
    ],
  ])('cannot have an edit with %s', (_, edit, complaint) => {
    expect(() => source.mutated({ bug: 'a bug', edits: [edit] })).toThrow(complaint)
  })

  it('fit whatever local variables are called', () => {
    const edit = { symbol: 'replay', search: 'let sent = $after', replace: 'let sent = $after + $after' }
    expect([...source.mutated({ bug: 'a bug', edits: [edit] }).values()][0]).toContain('let sent = after + after')
  })
})

describe('R1', () => {
  it('killed twice under load, loses, doubles and reorders nothing', async () => {
    const { passed, figures, cases } = await r1.run({ ...r1.short, seed: 1 })
    expect(cases).toEqual([])
    expect(figures).toMatchObject({ sent: 1_000, stored: 1_000, acked: 1_000, kills: 2 })
    // Killed where it hurt: something was under way.
    expect(figures.resent).toBeGreaterThan(0)
    expect(passed).toBe(true)
  })
})
