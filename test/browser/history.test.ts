/** A room of ten thousand messages: it opens, moves and is searched through as one of ten does. */
import { randomBytes } from 'node:crypto'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { workerModule } from '../../scripts/worker-module.mjs'
import { asks, box, message, Stage } from './stage.ts'

const { newOperatorKey, signOperatorProof, OPERATOR_PROOF } = await workerModule('src/auth/operator.ts')
const { keyFor } = await workerModule('src/auth/keys.ts')
const { SealChain, sealLine } = await workerModule('src/backup/seal.ts')

const AUTH_SECRET = randomBytes(32).toString('base64url')
const { privateKey, publicKey } = await newOperatorKey()
const stage = Stage.raise({ vars: { AUTH_SECRET, OPERATOR_PUBLIC_KEY: publicKey } })

/** Lines of a part that is sealed: a few hundred bytes each, far fewer than a part may have. */
const PART = 500

const MESSAGES = 10_000
/** How many of them are passed on the way up. */
const PASSED = 1_500
const SCROLLER = 'section[aria-label="Messages"]'

interface Row {
  [column: string]: unknown
}

type Line = { type: string; table?: string; row?: Row; room?: Row; seq?: number }

/** The backup of a room of one message, as that of one of many, the newest from just now. */
function grown(backup: string): string {
  const lines = backup
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  const header = lines.find(({ type }) => type === 'room') as Line & { seq: number }
  const members = lines.filter(({ table }) => table === 'members').map(({ row }) => row as Row)
  const template = lines.find(({ table }) => table === 'messages')?.row as Row
  const [first, last] = [header.seq + 1, header.seq + MESSAGES]
  const read = { read_to: last, delivered_to: last }
  const now = Date.now()
  const all: Line[] = [
    { ...header, seq: last },
    ...members.map((row) => ({ type: 'row', table: 'members', row: { ...row, ...read } })),
    ...Array.from({ length: MESSAGES }, (_, n) => ({
      type: 'row',
      table: 'messages',
      row: {
        ...template,
        id: first + n,
        sender_id: members[Math.floor(n / 3) % members.length]?.user_id,
        client_id: null,
        content: `No. ${n}.${' Some of them are longer than others.'.repeat(n % 4)}`,
        created_at: now - (MESSAGES - n) * 60_000,
      },
    })),
  ]
  const counts = { members: members.length, messages: MESSAGES }
  return sealed([...all, { type: 'end', counts } as Line])
}

/** Seals the lines as the server does that has this secret: in parts, each with the digest of all before it. */
function sealed(lines: Line[]): string {
  const chain = new SealChain(keyFor(AUTH_SECRET, 'backup'))
  const written: string[] = []
  for (const line of lines) {
    const isEnd = line.type === 'end'
    written.push(JSON.stringify(isEnd ? { ...line, lines: written.length } : line))
    chain.add(Buffer.from(`${written.at(-1)}\n`))
    if (isEnd || written.length % PART === 0) written.push(sealLine(chain.seal()))
  }
  return written.map((line) => `${line}\n`).join('')
}

let page: Page
let room: number
/** The id of the message with this number. */
let idOf: (n: number) => number

beforeAll(async () => {
  const [ana, ben] = await Promise.all([stage.enter('Ana Keeper', { staff: true }), stage.enter('Ben Talker')])
  page = ana.page
  const { id: other } = await asks(stage.url, ben.page, 'GET', '/profile/')
  const small = await asks(stage.url, page, 'POST', '/chatrooms/', { room_name: 'Annals', participant_ids: [other] })
  await asks(stage.url, page, 'POST', `/chatrooms/${small.id}/messages/`, { content: 'a beginning' })
  const kept = String(await page.evaluate(`Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]`))
  const asOperator = async (method: string, path: string, body?: string) => {
    const proof = await signOperatorProof(privateKey, { origin: stage.url, method, path }, Date.now())
    const headers = {
      authorization: `Bearer ${JSON.parse(kept).access}`,
      'content-type': 'application/x-ndjson',
      [OPERATOR_PROOF]: proof,
    }
    return fetch(stage.url + path, { method, headers, ...(body ? { body } : {}) })
  }
  const backup = await (await asOperator('GET', `/api/admin/rooms/${small.id}/export/`)).text()
  await asks(stage.url, page, 'DELETE', `/chatrooms/${small.id}/`)
  const answer = await asOperator('POST', '/api/admin/rooms/import/', grown(backup))
  const restored = (await answer.json()) as { room_id: number; messages: number }
  expect(restored).toMatchObject({ messages: MESSAGES })
  room = restored.room_id
  const seq = Number(JSON.parse(backup.slice(0, backup.indexOf('\n'))).seq)
  idOf = (n) => seq + 1 + n
})

const newest = (at: Page) => message(at, `No. ${MESSAGES - 1}.`)

/** Scrolls up frame by frame until so many messages were passed, and keeps what every frame showed. */
const PASS = `(async () => {
  const list = document.querySelector('${SCROLLER}')
  const seen = new Set()
  const frames = []
  const wrong = []
  let before = performance.now()
  const began = before
  while (seen.size < ${PASSED} && before - began < 60000) {
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    frames.push(now - before)
    before = now
    const shown = [...list.querySelectorAll('article .text')].map((each) => Number(/No\\. (\\d+)\\./.exec(each.textContent)[1]))
    for (let at = 1; at < shown.length; at++) if (shown[at] !== shown[at - 1] + 1) wrong.push(shown)
    for (const n of shown) seen.add(n)
    list.scrollTop -= 250
  }
  frames.sort((a, b) => a - b)
  const at = (part) => Math.round(frames[Math.floor((frames.length - 1) * part)])
  return { seen: [...seen].sort((a, b) => a - b), wrong, count: frames.length, took: Math.round(before - began),
    median: at(0.5), p95: at(0.95), p99: at(0.99), longest: at(1) }
})()`

describe('a room of ten thousand messages', () => {
  it('opens within a second', async () => {
    const took: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      await page.goto(stage.url)
      const row = page.getByRole('navigation').getByRole('link').filter({ hasText: 'Annals' })
      await row.waitFor()
      const began = Date.now()
      await row.click()
      await newest(page).waitFor()
      took.push(Date.now() - began)
    }
    console.log(`opened in ${took.join(', ')} ms`)
    // The best of three: what else the machine does is not what is measured.
    expect(Math.min(...took)).toBeLessThanOrEqual(1_000)
  })

  it('is gone through upwards with nothing missing or twice, while somebody types', async () => {
    await page.goto(`${stage.url}/r/${room}`)
    await newest(page).waitFor()
    const passing = page.evaluate(PASS) as Promise<{
      seen: number[]
      wrong: number[][]
      count: number
      took: number
      median: number
      p95: number
      p99: number
      longest: number
    }>
    const words = 'what is typed meanwhile is there at once'
    await box(page).focus()
    const began = Date.now()
    await page.keyboard.type(words, { delay: 20 })
    const typed = Date.now() - began
    expect(await box(page).inputValue()).toBe(words)
    const { seen, wrong, count, took, median, p95, p99, longest } = await passing
    console.log(
      `${seen.length} messages passed in ${took} ms, ${count} frames: median ${median}, p95 ${p95}, p99 ${p99}, longest ${longest} ms; ${words.length} keys in ${typed} ms`,
    )
    expect(wrong).toEqual([])
    expect(seen.length).toBeGreaterThanOrEqual(PASSED)
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, n) => MESSAGES - seen.length + n))
    await box(page).fill('')
    await page.getByRole('button', { name: /Latest/ }).click()
    await newest(page).waitFor()
  })

  it('loads upwards without moving what is read', async () => {
    await page.goto(`${stage.url}/r/${room}`)
    await newest(page).waitFor()
    const height = () => page.evaluate(`document.querySelector('${SCROLLER}').scrollHeight`) as Promise<number>
    await page.waitForTimeout(500)
    const before = await height()
    // What is asked for does not come before it is known what is being read.
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(/\/messages\/\?/, async (route) => {
      await released
      await route.continue()
    })
    const asked = page.waitForRequest(/\/messages\/\?/)
    // Near enough to the beginning that more is asked for.
    await page.evaluate(`void (document.querySelector('${SCROLLER}').scrollTop = 700)`)
    await asked
    await page.waitForTimeout(500)
    const seen = (await page.evaluate(`(() => {
      const edge = document.querySelector('${SCROLLER}').getBoundingClientRect()
      const first = [...document.querySelectorAll('article')].find((each) => each.getBoundingClientRect().top > edge.top + 100)
      return { key: first.dataset.key, top: first.getBoundingClientRect().top }
    })()`)) as { key: string; top: number }
    release()
    await expect.poll(height).toBeGreaterThan(before + 1_000)
    await page.waitForTimeout(500)
    const top = (await page.evaluate(
      `document.querySelector('article[data-key="${seen.key}"]').getBoundingClientRect().top`,
    )) as number
    expect(Math.abs(top - seen.top)).toBeLessThanOrEqual(2)
    await page.unroute(/\/messages\/\?/)
    await page.getByRole('button', { name: /Latest/ }).click()
    await newest(page).waitFor()
  })

  it('is entered far back by a link, and left for the newest', async () => {
    await page.goto(`${stage.url}/r/${room}/m/${idOf(123)}`)
    await page.locator('article.lit', { hasText: 'No. 123.' }).waitFor()
    await message(page, 'No. 122.').waitFor()
    await message(page, 'No. 124.').waitFor()
    expect(await newest(page).count()).toBe(0)
    await page.getByRole('button', { name: /Latest/ }).click()
    await newest(page).waitFor()
    expect(await message(page, 'No. 123.').count()).toBe(0)
  })
})
