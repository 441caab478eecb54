/** A browser with people in it: each has a context of their own, as if on a device of their own. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { launch } from '../../scripts/chromium.ts'
import { type RunningServer, startServer } from '../../scripts/server.ts'
import { projectNode } from '../../scripts/wrangler.mjs'
import { LIGHT } from '../live/server.ts'
import { PATIENCE } from '../support/patience.ts'

export const PASSWORD = 'correct horse battery'
/** Milliseconds for which an access token is good, less a minute. */
const ACCESS_LASTS = 59 * 60_000

export interface Someone {
  page: Page
  name: string
  email: string
}

interface Entering extends BrowserContextOptions {
  path?: string
}

const launched = new Map<boolean, Promise<Browser>>()

/** One browser of each kind for all files of a process: what people do there, they do in contexts of their own. */
async function sharedBrowser(desktop: boolean): Promise<Browser> {
  const running = await launched.get(desktop)
  if (running?.isConnected()) return running
  const browser = launch({ desktop })
  launched.set(desktop, browser)
  return browser
}

/** The people of one test file, around a server of their own. */
export class Stage {
  server!: RunningServer
  browser!: Browser
  /** Addresses of other hosts that a page has asked for. */
  readonly strangers: string[] = []
  /** What pages have complained about: errors, and what their policy forbade. */
  readonly complaints: string[] = []
  readonly #contexts: BrowserContext[] = []
  #people = 0

  /** To be called while a test file is read; `vars` are the server's, `desktop` is the browser's. */
  static raise({ vars = {}, desktop = false }: { vars?: Record<string, string>; desktop?: boolean } = {}): Stage {
    const stage = new Stage()
    beforeAll(async () => {
      stage.server = await startServer({ entry: LIGHT, vars: { RATE_LIMITS: 'off', ...vars } })
      stage.browser = await sharedBrowser(desktop)
    })
    afterAll(async () => {
      await Promise.all(stage.#contexts.map((context) => context.close()))
      await stage.server?.stop()
      expect(stage.strangers).toEqual([])
      expect(stage.complaints).toEqual([])
    })
    return stage
  }

  get url(): string {
    return this.server.url
  }

  /** A browser at the app's address, with nobody signed in. */
  async visit(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      ...options,
    })
    this.#contexts.push(context)
    // A service worker takes over a page at a moment that depends on the machine, and afterwards `page.route` no longer sees
    // the page's requests. So the page gets none, as in some private windows, except in tests that allow it.
    if (options.serviceWorkers !== 'allow')
      await context.addInitScript(
        `if (navigator.serviceWorker) navigator.serviceWorker.register = () => Promise.reject(new Error('forbidden'))`,
      )
    // Of everything in it: also of further tabs, and of what serves them without a network.
    const ask = (url: string) => {
      if (/^(https?|wss?):/.test(url) && new URL(url).host !== new URL(this.url).host) this.strangers.push(url)
    }
    context.on('request', (request) => ask(request.url()))
    context.on('page', (each) => each.on('websocket', (socket) => ask(socket.url())))
    context.on('weberror', (error) => this.complaints.push(String(error.error())))
    context.on('console', (line) => {
      if (/content security policy/i.test(line.text())) this.complaints.push(line.text())
    })
    const page = await context.newPage()
    // Far above what anything takes: only a machine that is busy with something else comes near it.
    page.setDefaultTimeout(PATIENCE)
    await page.goto(this.url + path)
    return page
  }

  /** Somebody who has just made an account by the form of the page. */
  async join(name: string, options: Entering = {}): Promise<Someone> {
    const { path, ...context } = options
    const page = await this.visit(path, context)
    const email = this.#newEmail()
    await page.getByLabel('Your name').fill(name)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Join', exact: true }).click()
    await page.getByRole('heading', { name: 'Make an account' }).waitFor({ state: 'detached' })
    return { page, name, email }
  }

  /** Somebody who is signed in with a new account, which the API made; `staff` if the operator says so. */
  async enter(name: string, options: Entering & { staff?: boolean } = {}): Promise<Someone> {
    const { path, staff = false, ...context } = options
    const email = this.#newEmail()
    const [first_name = '', ...rest] = name.split(' ')
    const response = await fetch(`${this.url}/api/register/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD, first_name, last_name: rest.join(' ') }),
    })
    expect(response.status).toBe(201)
    const { access, refresh, user } = (await response.json()) as { access: string; refresh: string; user: object }
    if (staff) await this.makeStaff(email)
    // As `Session` of src/client keeps it.
    const session = { access, refresh, user: { ...user, is_staff: staff }, until: Date.now() + ACCESS_LASTS }
    const localStorage = [{ name: `parlour:${this.url}:session`, value: JSON.stringify(session) }]
    const page = await this.visit(path, {
      ...context,
      storageState: { cookies: [], origins: [{ origin: this.url, localStorage }] },
    })
    await page.locator('.app').waitFor()
    return { page, name, email }
  }

  #newEmail(): string {
    return `person${++this.#people}.${Date.now()}@example.com`
  }

  async makeStaff(email: string): Promise<void> {
    const script = fileURLToPath(new URL('../../scripts/admin.ts', import.meta.url))
    await promisify(execFile)(projectNode(), [script, 'staff', email, '--url', this.url])
  }
}

/** Asks the API as whoever is signed in on a page. */
export async function asks(
  url: string,
  page: Page,
  method: string,
  path: string,
  body?: object,
): Promise<{ id: number }> {
  const kept = (await page.evaluate(
    `Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]`,
  )) as string
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: { authorization: `Bearer ${JSON.parse(kept).access}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true)
  return response.status === 204 ? { id: 0 } : ((await response.json()) as { id: number })
}

/** A group of one's own, open in the page: somewhere to write where nobody else is needed. */
export async function ownGroup(url: string, page: Page): Promise<void> {
  const { id } = await asks(url, page, 'POST', '/chatrooms/', { room_name: 'Diary' })
  await page.goto(`${url}/r/${id}`)
  await box(page).waitFor()
}

/** The box that messages are written in. */
export const box = (page: Page) => page.getByRole('textbox', { name: /^Write to/ })

export async function write(page: Page, text: string): Promise<void> {
  await box(page).fill(text)
  await box(page).press('Enter')
}

/** The bubble with these words. */
export const message = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text })

/** Finds somebody by name and opens the conversation with them. */
export async function findAndOpen(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name: 'People', exact: true }).click()
  await page.getByLabel('Find people by name or username').fill(name)
  await page.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Message' }).click()
  await box(page).waitFor()
}

/** Answers the question that comes before something that others feel, or that cannot be undone. */
export const confirm = (page: Page, deed: string) =>
  page.getByRole('dialog').last().getByRole('button', { name: deed, exact: true }).click()

/** Connects again at once, if the page waits for its next try. */
export const retry = (page: Page) =>
  page
    .getByRole('button', { name: 'Retry now' })
    .click({ timeout: 1_500 })
    .catch(() => undefined)

/** How many things are kept on the device of a page, to be read without a connection. */
export const keptOn = (page: Page) =>
  page.evaluate(`new Promise((resolve) => {
    const open = indexedDB.open('parlour-copies')
    open.onsuccess = () => {
      const count = open.result.transaction('kept').objectStore('kept').count()
      count.onsuccess = () => { open.result.close(); resolve(count.result) }
    }
  })`) as Promise<number>

/** Opens a conversation from the list, by its name and not by what was last said in it. */
export const openRoom = (page: Page, name: string) =>
  page
    .getByRole('navigation')
    .getByRole('link')
    .filter({ has: page.locator('b', { hasText: name }) })
    .click()

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What keeps somebody from using the page as it is. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations } = (await page.evaluate('axe.run()')) as {
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[]
  }
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}
