/**
 * P10: the web app in a real browser: its weight, the time until a first room can be used, and frames while a long
 * history scrolls.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launch } from '../../../scripts/chromium.ts'
import { ROOT } from '../../../scripts/wrangler.mjs'
import type { LabServer } from '../../harness/server.ts'
import { median } from '../../harness/statistics.ts'
import type { Enrolled } from '../../server/doors.ts'
import { atMost, type Measured, type Row } from '../row.ts'
import type { BenchServers } from '../servers.ts'

const DIST = path.join(ROOT, 'dist', 'web')
const HISTORY = 10_000
const KILOBYTE = 1_024
const SCROLLER = 'section[aria-label="Messages"]'
/** How far and how often the wheel is turned: a quick hand. Pixels and milliseconds. */
const TURN = { by: 900, each: 40 }

interface Frames {
  /** Milliseconds. */
  longest: number
  longestTask: number
  passed: number
}

export const p10: Row = {
  title: `the web app: its weight, the first room, scrolling in ${HISTORY.toLocaleString('en-GB')} messages`,
  async run(servers): Promise<Measured> {
    const parlour = await servers.parlour()
    const browser = await launch({ desktop: true })
    servers.keep({ stop: () => browser.close() })
    const { state, room } = await settleIn(browser, parlour)
    const weight = weightOfScripts()
    const usable: number[] = []
    const frames: Frames[] = []
    for (let round = 0; round < servers.rounds; round++) {
      // A first visit each time: nothing is in the cache, and no service worker has anything ready.
      const context = await browser.newContext({ ...VIEW, storageState: state, serviceWorkers: 'block' })
      const page = await context.newPage()
      usable.push(await untilUsable(page, `${parlour.url}/r/${room}`))
      frames.push(await scroll(page, servers))
      await context.close()
    }
    const longest = Math.max(...frames.map((each) => each.longest))
    const one = (what: string, unit: string, rounds: number[]) => ({ subject: 'web app', what, unit, rounds })
    return {
      readings: [
        one('scripts before lazy parts, gzip', 'KB', [weight]),
        one('first room usable', 'ms', usable),
        one(
          'longest frame while scrolling',
          'ms',
          frames.map((each) => each.longest),
        ),
        one(
          'longest task while scrolling',
          'ms',
          frames.map((each) => each.longestTask),
        ),
        one(
          'scrolled',
          'px',
          frames.map((each) => each.passed),
        ),
      ],
      targets: [
        atMost('scripts, gzip', weight, 80, ' KB'),
        atMost('first room usable', median(usable), 1_000, ' ms'),
        atMost('longest frame of all rounds', longest, 50, ' ms'),
      ],
      notes: ['Without a graphics processor: the browser draws on the same cores that serve it.'],
    }
  },
}

const VIEW = { viewport: { width: 1280, height: 800 }, locale: 'en-GB' }

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

/** Somebody who has an account and is in a room with a long history. */
async function settleIn(browser: Browser, parlour: LabServer): Promise<{ state: SignedIn; room: number }> {
  const context = await browser.newContext(VIEW)
  const page = await context.newPage()
  const [email, password] = ['reader@parlour.test', randomBytes(12).toString('hex')]
  await page.goto(parlour.url)
  await page.getByLabel('Your name').fill('Reader')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await page.getByRole('heading', { name: 'Make an account' }).waitFor({ state: 'detached' })
  const body = { identifier: email, password }
  const { user, access } = await parlour.api.call<{ user: { id: number }; access: string }>('POST', '/api/login/', {
    body,
  })
  const writers = await parlour.people(8)
  const room = await parlour.group([...writers, { id: user.id } as Enrolled])
  const from = 1_000
  await parlour.fill(room, writers, { from, count: HISTORY, began: Date.UTC(2026, 0, 1) })
  // A room opens at its first unread message: who has read everything begins at the end, and has a past to scroll into.
  await parlour.api.call('POST', `/api/chatrooms/${room}/messages/${from + HISTORY - 1}/mark_as_read/`, { access })
  const state = await context.storageState({ indexedDB: true })
  await context.close()
  return { state, room }
}

/** Until messages stand there and one can write. In milliseconds since the address was entered. */
async function untilUsable(page: Page, url: string): Promise<number> {
  const began = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('article').first().waitFor()
  await page.getByRole('textbox', { name: /^Write to/ }).waitFor()
  return performance.now() - began
}

/** Turns the wheel upwards, into the past, and watches the frames. */
async function scroll(page: Page, servers: BenchServers): Promise<Frames> {
  await page.locator(SCROLLER).hover()
  await page.evaluate(WATCH)
  const ends = performance.now() + servers.flow
  while (performance.now() < ends) {
    await page.mouse.wheel(0, -TURN.by)
    await new Promise((resolve) => setTimeout(resolve, TURN.each))
  }
  const frames = (await page.evaluate('globalThis.watched.end()')) as Frames
  if (frames.passed < TURN.by) throw new Error(`It scrolled by ${frames.passed} pixels only`)
  return frames
}

/** Runs in the page. */
const WATCH = `{
  const scroller = document.querySelector('${SCROLLER}')
  const watched = { longest: 0, longestTask: 0, passed: 0, going: true }
  const tasks = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longestTask = Math.max(watched.longestTask, duration)
  })
  tasks.observe({ type: 'longtask' })
  let last
  let top = scroller.scrollTop
  const frame = (now) => {
    if (last !== undefined) watched.longest = Math.max(watched.longest, now - last)
    last = now
    // What is loaded above pushes down what is looked at: only the way up is the wheel's.
    watched.passed += Math.max(0, top - scroller.scrollTop)
    top = scroller.scrollTop
    if (watched.going) requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  watched.end = () => {
    watched.going = false
    tasks.disconnect()
    return { longest: watched.longest, longestTask: watched.longestTask, passed: watched.passed }
  }
  globalThis.watched = watched
}`

/** What the page names in its head, as it comes over the wire. */
function weightOfScripts(): number {
  const page = fs.readFileSync(path.join(DIST, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, file = '']) => file)
  if (named.length === 0) throw new Error('The page names no scripts')
  return named.reduce((sum, file) => sum + gzipSync(fs.readFileSync(DIST + file), { level: 9 }).length, 0) / KILOBYTE
}
