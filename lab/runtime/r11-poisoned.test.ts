/**
 * R11: pages full of what readers trip over.
 *
 * A room holds long runs of deleted messages, of ten thousand characters, of combining marks, of text from right to
 * left, of bytes of value zero, by people who have left, were banned, are blocked or erased. However it is read, in
 * pages of any size, from either end, by search or by resuming, every message must come once and no page be short
 * while there is more, while others go on writing.
 */
import { LIMITS } from '../../src/protocol/limits'
import { PASSWORD } from '../../test/support/api'
import {
  ask,
  connect,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  post,
  type Someone,
  signUp,
} from '../../test/support/world'
import { Random } from '../harness/random.ts'
import { accounts } from './accounts'
import { trial } from './trial'

/** Messages that are poisoned in the same way, one after another: more than a page has. */
const RUN = LIMITS.pageMax + 20
/** Frames sent before their answers are waited for. */
const WIDTH = 200

/** What a poisoned message says, and who says it. The needle is what is searched for. */
const NEEDLE = 'שלוםneedle'
const POISONS: Record<string, (n: number) => string> = {
  plain: (n) => `message ${n}`,
  deleted: (n) => `${NEEDLE} taken back ${n}`,
  long: (n) => `${n}${'m'.repeat(LIMITS.messageLength - 10)}`,
  combining: (n) => `${n} z${'\u0301\u0316\u034f'.repeat(300)}algo`,
  'right to left': (n) => `\u202e${n} \u2067ابجد ${NEEDLE} \u2069\u202c`,
  zero: (n) => `be\u0000fore ${n} \u0000\u0000 after ${NEEDLE}`,
  invisible: (n) => `\u200b${n}\u200d\ufeff\u2060\u00ad`,
  'like a pattern': (n) => `%_[^\\]*?"'\`;-- ${n}`,
  'by somebody who left': (n) => `gone ${n}`,
  'by somebody banned': (n) => `banned ${n}`,
  'by somebody blocked': (n) => `blocked ${NEEDLE} ${n}`,
  'by somebody erased': (n) => `erased ${n}`,
}

/** What was sent, as it must be read. */
interface Expected {
  id: number
  content: string | null
}

class Reader {
  readonly #who: Someone
  readonly #path: string
  pages = 0

  readonly times: number[] = []

  constructor(who: Someone, room: Frame) {
    this.#who = who
    this.#path = `/api/chatrooms/${room.id}/messages/`
  }

  /** Every message, page after page. `newer` may have come since, and only them. */
  async all(query: string, limit: number, expected: Expected[], isNewer: (id: number) => boolean): Promise<string[]> {
    const wrong: string[] = []
    const read: Expected[] = []
    const what = `${query || 'newest first'}, ${limit} at a time`
    for (let next: string | null = `${this.#path}?limit=${limit}${query}`; next; ) {
      const began = performance.now()
      const { status, body }: { status: number; body: Frame } = await get(this.#who, next)
      this.times.push(performance.now() - began)
      if (status !== 200) return [...wrong, `${what}: answered ${status} ${JSON.stringify(body)}`]
      read.push(...body.results.map(({ id, content }: Frame) => ({ id, content })))
      if (body.next && body.results.length !== limit)
        wrong.push(`${what}: a page of ${body.results.length} before the last`)
      this.pages += 1
      next = body.next?.slice(new URL(body.next).origin.length) ?? null
      // Reader and room share one process here, and its timers wait as long as these two keep each other busy.
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    const old = read.filter(({ id }) => !isNewer(id))
    const ascending = query.includes('after=')
    const should = ascending ? expected : expected.toReversed()
    return [...wrong, ...compare(what, old, should)]
  }
}

function compare(what: string, read: Expected[], should: Expected[]): string[] {
  const index = should.findIndex((each, n) => read[n]?.id !== each.id || read[n]?.content !== each.content)
  if (index < 0 && read.length === should.length) return []
  const at = index < 0 ? should.length : index
  const show = (each: Expected | undefined) => JSON.stringify(each)?.slice(0, 200)
  return [
    `${what}: ${read.length} of ${should.length}; at ${at} there is ${show(read[at])} instead of ${show(should[at])}`,
  ]
}

/** Sends a run through one socket and gives the messages as they are kept. */
async function sendRun(line: Line, texts: string[]): Promise<Expected[]> {
  const kept: Expected[] = []
  for (let from = 0; from < texts.length; from += WIDTH) {
    const some = texts.slice(from, from + WIDTH)
    const answers = some.map((content) => line.answer({ type: 'send_message', content }))
    for (const [n, answer] of (await Promise.all(answers)).entries()) {
      if (answer.type !== 'message.ack') throw new Error(`Not sent: ${JSON.stringify(answer)}`)
      kept.push({ id: answer.id, content: (some[n] as string).trim() })
    }
  }
  return kept
}

trial('R11', async ({ seed, messages: count }) => {
  const random = new Random(seed)
  const { ada, bob, cy, dee } = await accounts('r11', 'ada', 'bob', 'cy', 'dee')
  const eve = await signUp('eve_r11')
  const room = await group(ada, [bob, cy, dee, eve])
  const path = `/api/chatrooms/${room.id}/`
  const open = async (who: Someone) => [who.id, await enter(who, room)] as const
  const lines = new Map(await Promise.all([ada, bob, cy, dee, eve].map(open)))
  const speaks: Record<string, Someone> = {
    'by somebody who left': cy,
    'by somebody banned': dee,
    'by somebody blocked': bob,
    'by somebody erased': eve,
  }
  const expected: Expected[] = []
  const kinds = Object.keys(POISONS)
  for (let run = 0; expected.length < count; run++) {
    const kind = run < kinds.length ? (kinds[run] as string) : random.pick(kinds)
    const size = Math.min(RUN, count - expected.length)
    const who = speaks[kind] ?? ada
    const texts = Array.from({ length: size }, (_, n) => POISONS[kind]?.(expected.length + n) ?? '')
    const line = lines.get(who.id) as Line
    const kept = await sendRun(line, texts)
    if (kind === 'deleted') {
      for (const message of kept) message.content = null
      await Promise.all(kept.map(({ id }) => line.answer({ type: 'delete_message', message_id: id })))
    }
    expected.push(...kept)
    // What everybody received is not what is tried here, and there is much of it.
    for (const each of lines.values()) each.frames.splice(0)
  }
  await done(post(cy, `${path}leave_room/`))
  await done(post(ada, `${path}bans/`, { user_id: dee.id }))
  await done(post(ada, `/api/users/${bob.id}/block/`))
  await done(ask('DELETE', '/api/profile/', { token: eve.access, body: { password: PASSWORD } }))

  const reader = new Reader(ada, room)
  const cases: string[] = []
  const known = new Set(expected.map(({ id }) => id))
  const isNewer = (id: number) => !known.has(id)
  const writer = lines.get(bob.id) as Line
  let written = 0
  const write = async () => {
    for (const content of ['meanwhile', `meanwhile ${NEEDLE}`]) {
      await writer.answer({ type: 'send_message', content: `${content} ${written++}` })
    }
  }
  const middle = expected[expected.length >> 1] as Expected
  const found = expected.filter(({ content }) => content?.toLowerCase().includes(NEEDLE))
  const readings: [query: string, limit: number, should: Expected[]][] = [
    ['', LIMITS.pageMax, expected],
    ['&after=0', LIMITS.pageMax, expected],
    ['', random.between(20, 60), expected],
    [`&before=${middle.id}`, random.between(20, 60), expected.filter(({ id }) => id < middle.id)],
    [`&after=${middle.id}`, random.between(20, 60), expected.filter(({ id }) => id > middle.id)],
    [`&search=${encodeURIComponent(NEEDLE)}`, random.between(20, 60), found],
  ]
  for (const [query, limit, should] of readings) {
    const writing = write()
    cases.push(...(await reader.all(query, limit, should, isNewer)))
    await writing
  }
  cases.push(...(await resumed(ada, room, expected, isNewer)))
  for (const line of lines.values()) line.close()
  const times = reader.times.toSorted((a, b) => a - b)
  const figures = {
    messages: expected.length,
    'of them deleted': expected.filter(({ content }) => content === null).length,
    pages: reader.pages,
    'written meanwhile': written,
    'ms per page, median': Math.round((times[times.length >> 1] ?? 0) * 10) / 10,
    'ms per page, 99 of 100': Math.round((times[Math.floor(times.length * 0.99)] ?? 0) * 10) / 10,
  }
  return { figures, cases }
})

/** The whole history once more, by a socket that resumes from the beginning. */
async function resumed(
  who: Someone,
  room: Frame,
  expected: Expected[],
  isNewer: (id: number) => boolean,
): Promise<string[]> {
  const line = await connect(who, `/ws/chat/${room.id}/?after=0`)
  for (let seen = -1; seen < line.frames.length; await new Promise((resolve) => setTimeout(resolve, 200))) {
    if (line.frames.some(({ type }) => type === 'ready')) break
    // As long as something comes, it goes on.
    seen = line.frames.length
  }
  const received = line.frames
    .filter(({ type }) => type === 'new_message')
    .map(({ message: { id, content } }) => ({ id, content }))
    .filter(({ id }) => !isNewer(id))
  line.close()
  return compare('resumed', received, expected)
}
