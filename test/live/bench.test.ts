/** The benchmark's own honesty: what it counts, and that it notices when a subject does not do its work. */
import { describe, expect, it } from 'vitest'
import { FanOut } from '../../lab/benchmarks/fan-out.ts'
import { Ledger } from '../../lab/benchmarks/ledger.ts'
import { startNode } from '../../lab/benchmarks/peers/start.ts'
import { ROWS } from '../../lab/benchmarks/registry.ts'
import { alternate } from '../../lab/benchmarks/row.ts'
import { joinPeer } from '../../lab/benchmarks/seated.ts'
import { BenchServers } from '../../lab/benchmarks/servers.ts'
import { startLabServer } from '../../lab/harness/server.ts'
import { median, percentile } from '../../lab/harness/statistics.ts'

/** Two sockets that have both received everything: two senders, two messages each. */
function good(): Ledger {
  const ledger = new Ledger(2)
  for (const socket of [0, 1])
    for (const place of [0, 1]) for (const sender of [0, 1]) ledger.received(socket, sender, place)
  return ledger
}

describe('the ledger', () => {
  it('finds nothing where everybody has everything', () => {
    expect(good().fault(4)).toBeUndefined()
    expect(good().isComplete(4)).toBe(true)
  })

  it.each<[string, (ledger: Ledger) => void, number]>([
    ['that nobody received', () => {}, 5],
    ['that only one received', (ledger) => ledger.received(0, 0, 2), 5],
    ['that came twice', (ledger) => ledger.received(0, 0, 1), 4],
    ['after one that is missing', (ledger) => ledger.received(0, 0, 3), 5],
  ])('finds a message %s', (_, spoil, sent) => {
    const ledger = good()
    spoil(ledger)
    expect(ledger.fault(sent)).toEqual(expect.any(String))
  })

  it('finds two sockets that received the same in another order', () => {
    const ledger = new Ledger(2)
    ledger.received(0, 0, 0)
    ledger.received(0, 1, 0)
    ledger.received(1, 1, 0)
    ledger.received(1, 0, 0)
    expect(ledger.fault(2)).toBe('Socket 1 received the messages in another order than socket 0')
  })
})

describe('the figures', () => {
  it('are medians and percentiles', () => {
    expect(median([5, 1, 3])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10)
    expect(percentile([3, 1, 2], 0.5)).toBe(2)
  })

  it('are taken in turns, another subject first in each round', async () => {
    const turns: string[] = []
    const subjects = ['a', 'b', 'c'].map((name) => ({ name, measure: async () => turns.push(name) }))
    await alternate(subjects, 3)
    expect(turns.join('')).toBe('abcbcacab')
  })
})

describe('a run', () => {
  it.each(['ws', 'socket.io'] as const)('counts every delivery of %s', async (name) => {
    const servers = new BenchServers({ rounds: 1, flow: 100 })
    try {
      const { sockets: lines } = await joinPeer(servers, name, 3)
      const { deliveries, p50 } = await new FanOut(lines, { senders: 2, width: 2 }).run(100)
      expect(deliveries).toBeGreaterThan(0)
      expect(p50).toBeGreaterThan(0)
    } finally {
      await servers.clear()
    }
  })

  it('has no figure when a socket has gone', async () => {
    const servers = new BenchServers({ rounds: 1, flow: 100 })
    try {
      const { sockets: lines } = await joinPeer(servers, 'ws', 3)
      lines[2]?.cut()
      await expect(new FanOut(lines, { senders: 1, width: 1 }).run(100)).rejects.toThrow(/closed with/)
    } finally {
      await servers.clear()
    }
  })

  it('ends what it started', async () => {
    const peer = await startNode('ws')
    await fetch(`http://${peer.host}`)
    await peer.stop()
    await expect(fetch(`http://${peer.host}`)).rejects.toThrow('fetch failed')
  })
})

it('every row of the table has a title', () => {
  expect(Object.keys(ROWS)).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11'])
  for (const { title } of Object.values(ROWS)) expect(title).toMatch(/\w/)
})

it('the doors of the lab server make people and messages that the API knows', async () => {
  const server = await startLabServer({ vars: { RATE_LIMITS: 'off' } })
  try {
    const people = await server.people(3)
    const room = await server.group(people)
    await server.fill(room, people, { from: 1_000, count: 50, began: Date.UTC(2026, 0, 1) })
    const [again] = await server.signIn([people[0]?.id ?? 0])
    const page = await server.api.call('GET', `/api/chatrooms/${room}/messages/?limit=100`, { access: again?.access })
    expect(page.results).toHaveLength(50)
    expect(await server.probe(room, { ask: 'unread', user: 0, above: 0, times: 1 })).toBe(50)
  } finally {
    await server.stop()
  }
})
