/**
 * R16: nothing that is typed, pasted, sent or uploaded makes the app throw. Texts made from the seed are sent to a room, and
 * each is looked at in Chromium: it is there, it does not look empty, and no piece of the page says that it cannot be shown.
 * Some of them are names of people, rooms and files, and some are typed and pasted wherever something can be.
 */
import type { Browser, Page } from 'playwright-core'
import { launch } from '../../../scripts/chromium.ts'
import { startServer } from '../../../scripts/server.ts'
import { ApiClient, type Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Outcome, type Trial } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import { hostileText } from './hostile-texts.ts'

const OPTIONS = { texts: 10_000, typed: 300 }
type Options = typeof OPTIONS & { seed: number }

/** Requests at once. */
const WIDTH = 8
/** Of so many texts, one is also the name of a group. */
const NAMED = 100
/** A window that shows many messages at once, in pixels. */
const WINDOW = { width: 1_000, height: 4_000 }

export const r16: Trial<typeof OPTIONS> = {
  title: 'texts that nobody would write, in the app',
  /** `texts`: how many are sent; `typed`: how many are typed and pasted, too. */
  options: OPTIONS,
  short: { texts: 120, typed: 8 },
  async run(options) {
    const server = await startServer({ entry: LIGHT, vars: { RATE_LIMITS: 'off' } })
    const browser = await launch({ desktop: false })
    try {
      return await showTexts(server.url, browser, options)
    } finally {
      await browser.close()
      await server.stop()
    }
  },
}

/** The trial on a server and in a browser that are there already. */
export async function showTexts(url: string, browser: Browser, { texts, typed, seed }: Options): Promise<Outcome> {
  const findings = new Findings()
  const random = new Random(seed)
  const api = new ApiClient(url)
  api.onAnswer = ({ status, text }) => {
    if (status >= 500) findings.fail(`${status}: ${text.slice(0, 200)}`)
  }
  const ana = await api.register('ana')
  const ben = await api.register('ben')
  const room = await api.group(ana, ben)
  const all = Array.from({ length: texts }, () => hostileText(random))
  const sent = await sendTexts(api, ben, room, all, findings)

  const page = await (await browser.newContext({ viewport: WINDOW, locale: 'en-GB' })).newPage()
  page.setDefaultTimeout(60_000)
  page.on('pageerror', (error) => findings.fail(`thrown: ${error.stack?.slice(0, 300)}`))
  page.on('crash', () => findings.fail('the page crashed'))
  // What a boundary has caught.
  page.on(
    'console',
    (line) => line.type() === 'error' && /Error/.test(line.text()) && findings.fail(line.text().slice(0, 300)),
  )
  await signIn(page, url, ana)
  await page.goto(`${url}/r/${room}`)
  await lookThrough(page, sent, findings)
  await write(page, url, room, all.slice(0, typed), findings)
  await page.context().close()
  return findings.outcome()
}

/** Sends the texts. @returns the ids of those that the server took */
async function sendTexts(api: ApiClient, by: Person, room: number, texts: string[], findings: Findings) {
  const sent = new Set<number>()
  const { access } = by
  await each(texts, WIDTH, async (content, index) => {
    const { status, body } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, {
      access,
      body: { content },
    })
    findings.count(status < 300 ? 'texts sent' : 'texts refused')
    if (status < 300) sent.add(body.id)
    if (index % NAMED > 0) return
    const name = [...content].slice(0, 60).join('')
    await api.ask('POST', '/api/chatrooms/', {
      access,
      body: { room_name: name, description: content.slice(0, 1_000) },
    })
    await api.ask('PATCH', '/api/profile/', { access, body: { first_name: name, bio: content.slice(0, 1_000) } })
    const form = new FormData()
    form.set('file', new Blob([content], { type: 'image/png' }), name)
    const file = await api.ask('POST', '/api/files/', { access, body: form })
    if (file.status < 300) {
      const body = { content, file_id: file.body.id }
      const { body: message } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, { access, body })
      if (message.id) sent.add(message.id)
    }
  })
  return sent
}

async function signIn(page: Page, url: string, who: Person): Promise<void> {
  await page.goto(`${url}/`)
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByLabel('E-mail or username').fill(who.username)
  await page.getByLabel('Password').fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('navigation').first().waitFor()
}

/** Goes through the room from its end to its beginning, and keeps what every window showed. */
async function lookThrough(page: Page, sent: Set<number>, findings: Findings): Promise<void> {
  // It opens at what is new, which is all of it.
  await page.getByRole('button', { name: /^\d+ new/ }).click()
  await page.getByRole('button', { name: /^\d+ new|^Latest/ }).waitFor({ state: 'detached' })
  const seen = new Set<number>()
  for (let still = 0; still < 40; ) {
    const { ids, empty, broken, atTop } = (await page.evaluate(WINDOW_SHOWS)) as Shown
    const before = seen.size
    for (const id of ids) seen.add(id)
    for (const each of empty) findings.fail(`message ${each} looks empty`)
    if (broken > 0) findings.fail(`${broken} pieces could not be shown`)
    still = seen.size > before || !atTop ? 0 : still + 1
    await page.waitForTimeout(still > 0 ? 100 : 20)
  }
  findings.count('messages looked at', seen.size)
  // What a window jumped over, because rows turned out higher than they were taken for, is gone to.
  const { pathname } = new URL(page.url())
  for (const id of [...sent].filter((id) => !seen.has(id))) {
    findings.count('messages gone to')
    await page.goto(new URL(`${pathname}/m/${id}`, page.url()).href)
    const row = page.locator(`article[data-key="${id}"]`)
    await row.waitFor().catch(() => findings.fail(`message ${id} is never shown`))
  }
}

interface Shown {
  ids: number[]
  empty: number[]
  broken: number
  atTop: boolean
}

/** Nothing in it is taken from the app: what a reader sees is what has a width, or is a letter. */
const WINDOW_SHOWS = `(() => {
  const list = document.querySelector('section[aria-label="Messages"]')
  // A row is hidden until its height is known.
  const rows = [...list.querySelectorAll('article')].filter((row) => row.checkVisibility({ visibilityProperty: true }))
  const idOf = (row) => Number(row.dataset.key)
  const isEmpty = (row) => {
    const text = row.querySelector('.text')
    return text && !/[^\\s\\p{C}\\p{Default_Ignorable_Code_Point}]/u.test(text.innerText)
  }
  const found = {
    ids: rows.map(idOf),
    empty: rows.filter(isEmpty).map(idOf),
    broken: document.querySelectorAll('.broken').length,
    atTop: list.scrollTop < 10,
  }
  list.scrollTop -= 2000
  return found
})()`

/** Types and pastes the texts wherever something can be written. */
async function write(page: Page, url: string, room: number, texts: string[], findings: Findings): Promise<void> {
  await page.setViewportSize({ width: 1_280, height: 800 })
  await page.goto(`${url}/r/${room}`)
  const box = page.getByRole('textbox', { name: /^Write to/ })
  const fields: [name: string, open: () => Promise<unknown>, close: () => Promise<unknown>][] = [
    ['the box', () => box.focus(), () => box.fill('')],
    ['the switcher', () => page.keyboard.press('Control+k'), () => page.keyboard.press('Escape')],
    [
      'the search',
      () => page.keyboard.press('Control+f'),
      () => page.locator('.side').getByRole('button', { name: 'Close' }).click(),
    ],
  ]
  for (const [index, text] of texts.entries()) {
    for (const [name, open, close] of fields) {
      await open()
      await page.keyboard.insertText(text)
      // Suggestions and answers come after a pause, of which only some are waited for.
      if (index % 20 === 0) await page.waitForTimeout(400)
      await close()
      findings.count(`typed into ${name}`)
    }
    await page.locator('.composer input[type=file]').setInputFiles({
      name: `${index} ${text.slice(0, 80)}.png`,
      mimeType: ['image/png', 'image/avif', 'text/html', ''][index % 4] ?? '',
      buffer: Buffer.from(text),
    })
    await page.waitForTimeout(30)
    for (const remove of await page.locator('.tray').getByRole('button').all())
      await remove.click().catch(() => undefined)
    findings.count('files attached')
  }
  for (const path of ['/', '/people', '/notifications', '/search', '/settings', '/groups/new']) {
    await page.goto(url + path)
    await page.waitForTimeout(300)
    if ((await page.locator('.broken').count()) > 0) findings.fail(`${path} has pieces that cannot be shown`)
  }
}
