/**
 * S12: strings that hope to be run, in every name and text there is, looked at on every page of the app under the policy
 * that is served with it. None runs, none needs the policy to be kept from it, and none makes the app throw.
 */
import type { Page, Request } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ApiClient, type Body, type Person } from '../../lab/harness/api-client.ts'
import { each } from '../../lab/harness/waiting.ts'
import { INJECTIONS, inOneLine, packed } from './injections.ts'
import { Stage } from './stage.ts'

const stage = Stage.raise()

/** Requests at once while the stage is set. */
const WIDTH = 8

/** What has run, been forbidden or thrown in a page since it was opened, over all its documents. */
interface Seen {
  ran: number
  forbidden: string[]
  dialogs: string[]
  /** Errors that nothing caught, and those that the app caught and logged: a part of the page is missing then. */
  thrown: string[]
}

const nothing = (): Seen => ({ ran: 0, forbidden: [], dialogs: [], thrown: [] })
const QUIET = nothing()
/** What the browser itself logs as an error: of requests, and of the policy, which `forbidden` has. */
const OF_THE_BROWSER = /^Failed to load resource|Content Security Policy|^WebSocket connection to/

/** Puts the canary into a page: calls of it, violations of the page's policy, dialogs and errors are counted. */
async function watched(page: Page): Promise<Seen> {
  const seen = nothing()
  await page.exposeFunction('toldOfRunning', () => {
    seen.ran += 1
  })
  await page.exposeFunction('toldOfForbidding', (what: string) => {
    seen.forbidden.push(what)
  })
  await page.addInitScript(`
    window.ran = () => window.top.toldOfRunning()
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      window.top.toldOfForbidding([violatedDirective, blockedURI, sample].join(' ')))`)
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => seen.thrown.push(String(error)))
  page.on('console', (line) => {
    if (line.type() === 'error' && !OF_THE_BROWSER.test(line.text())) seen.thrown.push(line.text())
  })
  return seen
}

beforeEach(() => {
  if (seen) Object.assign(seen, nothing())
})

/** Each string as a document of its own: what every string would do where it is taken for a page. */
const unprotected = () => {
  const frames = INJECTIONS.map((text) => {
    const inner = `<script>window.ran = parent.ran</script>${text}`
    return `<iframe srcdoc="${inner.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`
  })
  return `<!doctype html><title>x</title>${frames.join('')}`
}

describe('the detector', () => {
  const show = async (headers: Record<string, string>, body = unprotected()): Promise<Seen> => {
    const context = await stage.browser.newContext()
    try {
      const page = await context.newPage()
      const seen = await watched(page)
      await page.route('**/*', (route) => {
        if (!route.request().isNavigationRequest() || route.request().frame() !== page.mainFrame()) return route.abort()
        return route.fulfill({ contentType: 'text/html; charset=utf-8', headers, body })
      })
      await page.goto('http://unprotected.example/')
      await page.waitForTimeout(1_000)
      return seen
    } finally {
      await context.close()
    }
  }

  it('has two hundred strings to try, and sees those that run where they are taken for a page', async () => {
    expect(INJECTIONS.length).toBeGreaterThanOrEqual(200)
    const { ran } = await show({})
    expect(ran).toBeGreaterThan(80)
  })

  it('sees what a page throws, rejects, or catches and logs', async () => {
    const scripts = ['throw Error("uncaught")', 'Promise.reject(Error("rejected"))', 'console.error(Error("caught"))']
    const { thrown } = await show(
      {},
      scripts.map((script) => `<script>${script}</script>`).join('<img src=missing.png>'),
    )
    for (const each of ['uncaught', 'rejected', 'caught']) expect(thrown.join()).toContain(`Error: ${each}`)
    expect(thrown).toHaveLength(3)
  })

  it('sees what the policy of the app forbids, which is all of them', async () => {
    const policy = (await fetch(stage.url)).headers.get('content-security-policy') ?? ''
    const { ran, forbidden } = await show({ 'content-security-policy': policy })
    expect(ran).toBe(0)
    expect(forbidden.length).toBeGreaterThan(80)
  })
})

/** Somebody who says and is called all of it, and somebody who has to look at it. */
let page: Page
let seen: Seen | undefined
let eve: Person
/** A member whose name changes. */
let mover: Person
let room: number
let link: URL
beforeAll(async () => {
  const api = new ApiClient(stage.url)
  eve = await api.register('eve')
  const entered = await stage.enter('Viewer', { staff: true })
  page = entered.page
  const kept = await page.evaluate(`Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]`)
  const access = /"access":"([^"]+)"/.exec(String(kept))?.[1] ?? ''
  const { id, username } = await api.call('GET', '/api/profile/', { access })
  const viewer = { id, username, access }
  const as = (who: Pick<Person, 'access'>, body: unknown) => ({ access: who.access, body })

  const names = inOneLine(60)
  const bios = packed(inOneLine(100), 900)
  const crowd: Person[] = []
  await each(bios, WIDTH, async (bio, n) => {
    const who = await api.register('crowd')
    const [first_name = '', last_name = ''] = [names[2 * n], names[2 * n + 1]]
    await api.call('PATCH', '/api/profile/', as(who, { first_name, last_name, bio }))
    await api.ask('POST', '/api/friend-requests/', as(who, { to_user: viewer.id }))
    crowd.push(who)
  })
  await api.call('PATCH', '/api/profile/', as(viewer, { first_name: names[50], last_name: names[51], bio: bios[0] }))
  await api.call('PATCH', '/api/profile/', as(eve, { first_name: names[60], last_name: names[61], bio: bios[1] }))

  mover = crowd[0] as Person
  const members = [viewer, ...crowd].map(({ id }) => id)
  const grouped = async (room_name: string, participant_ids: number[], description = ''): Promise<Body> =>
    api.call('POST', '/api/chatrooms/', as(eve, { room_name, participant_ids, description }))
  ;({ id: room } = await grouped(names[4] ?? '', members, bios[2]))
  // Two or three to a name: rooms are what takes longest to make.
  const called = packed(inOneLine(100), 100).map((name) => name.replaceAll('\n', ' '))
  await each(called, WIDTH, async (name) => void (await grouped(name, [viewer.id])))
  link = new URL((await api.call('POST', `/api/chatrooms/${room}/shareable_link/`, as(eve, {}))).link)

  await each(INJECTIONS, WIDTH, async (content, n) => {
    const from = crowd[n % crowd.length] as Person
    // Characters that cannot be shown are refused: then it is said without them.
    const { status } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, as(from, { content }))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
    const shown = content.replaceAll(/[\u0000-\u001f]/g, '')
    if (status === 400) await api.call('POST', `/api/chatrooms/${room}/messages/`, as(from, { content: shown }))
  })
  await each(
    packed(inOneLine(100), 150).filter((_, n) => n % 3 === 0),
    WIDTH,
    async (name) => {
      const form = new FormData()
      form.append('file', new Blob(['x']), `${name.replaceAll('/', '⁄')}.html`)
      form.append('content', `@${viewer.username} ${name}`)
      await api.call('POST', `/api/chatrooms/${room}/messages/`, as(eve, form))
    },
  )
  for (const message of packed(INJECTIONS, 1_000)) await api.ask('POST', '/api/notifications/', as(viewer, { message }))

  seen = await watched(page)
})

/** What stands on the screen. Asked like this it needs no policy that lets strings be run. */
const words = async (at: Page) => flat(String(await at.evaluate('document.body.innerText')))

const flat = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

/** Goes through everything that can be scrolled, from one end to the other, until `look` has seen enough. */
async function goThrough(at: Page, look: () => Promise<boolean> = async () => false): Promise<void> {
  const asked = new Set<Request>()
  const ask = (request: Request) => asked.add(request)
  const answer = (request: Request) => asked.delete(request)
  at.on('request', ask).on('requestfinished', answer).on('requestfailed', answer)
  for (let turn = 0, atTheEnd = 0; turn < 120 && atTheEnd < 3; turn++) {
    const isOver = await at.evaluate(`(() => {
      const all = [...document.querySelectorAll('*')].filter((each) => each.scrollHeight > each.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(each).overflowY))
      const before = all.map((each) => each.scrollTop)
      for (const each of all) each.scrollTop += (each.ariaLabel === 'Messages' ? -1 : 1) * each.clientHeight * 0.9
      const more = document.querySelector('ul.scroll li.none button')
      more?.click()
      return !more && all.every((each, place) => each.scrollTop === before[place])
    })()`)
    await at.waitForTimeout(isOver ? 100 : 50)
    if (await look()) break
    // It is not over while what comes next is on its way.
    atTheEnd = isOver && asked.size === 0 ? atTheEnd + 1 : 0
  }
  at.off('request', ask).off('requestfinished', answer).off('requestfailed', answer)
}

describe('nothing runs, and nothing has to be forbidden', () => {
  /** Looks at a page of the app from end to end. It shows some of the strings, or the test shows nothing. */
  const look = async (at: string, enough = 1): Promise<void> => {
    await page.goto(stage.url + at)
    await expect.poll(() => words(page)).toContain('ran')
    const found = new Set<string>()
    await goThrough(page, async () => {
      const text = await words(page)
      for (const each of INJECTIONS) if (text.includes(flat(each))) found.add(each)
      return found.size >= enough
    })
    expect([at, found.size]).toSatisfy(([, count]) => count >= enough)
    expect([at, seen]).toEqual([at, QUIET])
  }

  it('of what is said in a room', async () => {
    // Nearly all of them were on the screen.
    await look(`/r/${room}`, INJECTIONS.length * 0.8)
    await page
      .getByRole('button', { name: /details/i })
      .first()
      .click()
    await goThrough(page)
    expect(seen).toEqual(QUIET)
  })

  it('of the names of rooms', async () => {
    await look('/', 100)
  })

  it.each(['/people', '/notifications', '/settings', '/groups/new'])('of what stands on %s', (at) => look(at))

  it('of what a search finds', async () => {
    for (const sought of ['ran', '<img src=x onerror=ran()>']) {
      await page.goto(`${stage.url}/search`)
      await page.locator('main input[type=search]').fill(sought)
      await page.getByRole('main').getByRole('link').first().waitFor()
      await goThrough(page)
      expect([sought, seen]).toEqual([sought, QUIET])
    }
  })

  it('of an invitation, also to somebody who is not in the room', async () => {
    await look(link.pathname)
    const { page: newcomer } = await stage.join('Newcomer', { path: link.pathname })
    const there = await watched(newcomer)
    await newcomer.reload()
    await newcomer.waitForTimeout(500)
    expect(there).toEqual(QUIET)
    await newcomer.context().close()
  })

  it.each(['/admin/', '/admin/people', '/admin/rooms', '/admin/log'])('of what staff see at %s', async (at) => {
    await page.goto(stage.url + at)
    await page.waitForTimeout(500)
    await goThrough(page)
    expect([at, seen]).toEqual([at, QUIET])
  })

  it('of what comes while one looks: messages, names, somebody typing, a new room', async () => {
    await page.goto(`${stage.url}/r/${room}`)
    await page.getByRole('article').first().waitFor()
    const api = new ApiClient(stage.url)
    const as = (body: unknown) => ({ access: eve.access, body })
    const { wire } = await api.listen(`/ws/chat/${room}/?token=${mover.access}`)
    for (const text of inOneLine(60).slice(0, 15)) {
      await api.call('PATCH', '/api/profile/', { access: mover.access, body: { first_name: text, last_name: '' } })
      wire.send(JSON.stringify({ type: 'typing' }))
      await api.call('POST', `/api/chatrooms/${room}/messages/`, as({ content: text }))
      await api.call('PATCH', `/api/chatrooms/${room}/`, as({ room_name: text, description: text }))
    }
    await page.waitForTimeout(500)
    wire.close()
    expect(seen).toEqual(QUIET)
  })
})
