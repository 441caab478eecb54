/** Many at once: two tabs of one person, a server that dies in mid-conversation, a network that goes, a crowd talking. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { asks, box, message, openRoom, retry, Stage, write } from './stage.ts'

const stage = Stage.raise()

const inList = (page: Page, name: string) => page.getByRole('navigation').locator('.room-row', { hasText: name })

/** So many people, in one group, with it open in the page of each. */
async function circle(...who: string[]) {
  const tag = Math.random().toString(36).slice(2, 7)
  const entered = await Promise.all(who.map((name) => stage.enter(`${name} ${tag}`)))
  const pages = entered.map(({ page }) => page)
  const [first] = pages as [Page]
  const ids = await Promise.all(pages.slice(1).map((page) => asks(stage.url, page, 'GET', '/profile/')))
  const made = { room_name: `Circle ${tag}`, participant_ids: ids.map(({ id }) => id) }
  await asks(stage.url, first, 'POST', '/chatrooms/', made)
  await Promise.all(pages.map((page) => openRoom(page, `Circle ${tag}`)))
  await Promise.all(pages.map((page) => box(page).waitFor()))
  return { pages, tag }
}

/** What is said on a screen, from top to bottom; it has to fit the loaded part of the list. */
const said = (page: Page) => page.locator('article .text').allTextContents()

/** Everybody sees all of it once, in one order, and each person's in the order they were written. */
async function agree(pages: Page[], written: string[][]): Promise<void> {
  const all = written.flat().sort()
  for (const page of pages) await expect.poll(async () => (await said(page)).sort()).toEqual(all)
  const [first, ...others] = await Promise.all(pages.map(said))
  for (const other of others) expect(other).toEqual(first)
  for (const own of written) expect(first?.filter((text) => own.includes(text))).toEqual(own)
}

/** Says lines one after the other, without waiting for any of them. */
const say = async (page: Page, lines: string[]) => {
  for (const line of lines) await write(page, line)
}
const lines = (name: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => `${name} ${from + n}`)

/** Tall enough that all that is said in a test is on the screen. */
const tall = (pages: Page[]) => Promise.all(pages.map((page) => page.setViewportSize({ width: 900, height: 2_400 })))

describe('two tabs of one person', () => {
  it('share one login, what is read, what is written and half written, and the news', async () => {
    const { pages, tag } = await circle('Ana', 'Ben')
    const [ana, ben] = pages as [Page, Page]
    const other = await ana.context().newPage()
    await other.goto(`${stage.url}/people`)
    await inList(other, `Circle ${tag}`).waitFor()
    // Only one window has the focus; a browser that is driven says so of each.
    await other.evaluate('void (document.hasFocus = () => false)')
    await ana.goto(`${stage.url}/notifications`)
    await ana.evaluate('void (document.hasFocus = () => false)')

    await write(ben, 'unread in both')
    await inList(ana, `Circle ${tag}`).locator('.count', { hasText: '1' }).waitFor()
    await inList(other, `Circle ${tag}`).locator('.count', { hasText: '1' }).waitFor()
    await expect.poll(() => other.title()).toMatch(/^\(1\)/)
    await other.getByRole('link', { name: /^Notifications \(\d\)/ }).waitFor()
    await ana.evaluate('void (document.hasFocus = () => true)')
    await openRoom(ana, `Circle ${tag}`)
    await message(ben, 'unread in both').getByText('Read by 1').waitFor()
    await inList(other, `Circle ${tag}`).locator('.count').waitFor({ state: 'detached' })
    await expect.poll(() => other.title()).not.toMatch(/^\(/)

    await box(ana).fill('half a thought')
    await inList(other, `Circle ${tag}`).locator('.draft').waitFor()
    await openRoom(other, `Circle ${tag}`)
    await expect.poll(() => box(other).inputValue()).toBe('half a thought')
    await box(other).fill('half a thought, and the rest')
    await expect.poll(() => box(ana).inputValue()).toBe('half a thought, and the rest')
    await box(ana).press('Enter')
    for (const page of [ana, other, ben]) await message(page, 'and the rest').waitFor()
    await expect.poll(() => box(other).inputValue()).toBe('')
    expect(await message(other, 'and the rest').count()).toBe(1)

    // A draft of one room does not put away that of another, wherever each was written.
    const second = await asks(stage.url, ana, 'POST', '/chatrooms/', { room_name: `Second ${tag}` })
    await box(ana).fill('of the first')
    await other.goto(`${stage.url}/r/${second.id}`)
    await box(other).fill('of the second')
    await ana.reload()
    await expect.poll(() => box(ana).inputValue()).toBe('of the first')
    await inList(ana, `Second ${tag}`).filter({ hasText: 'of the second' }).waitFor()
    await inList(other, `Circle ${tag}`).filter({ hasText: 'of the first' }).waitFor()

    await ana.goto(`${stage.url}/settings`)
    await ana.getByRole('button', { name: 'Sign out' }).click()
    await other.getByRole('heading', { name: 'Welcome back' }).waitFor()
  })
})

describe('a conversation', () => {
  it('goes on through the death of its server, with nothing lost, doubled or in another order', async () => {
    const { pages } = await circle('Ana', 'Ben')
    const [ana, ben] = pages as [Page, Page]
    await tall(pages)
    await Promise.all([say(ana, lines('ana', 0, 4)), say(ben, lines('ben', 0, 4))])
    // In mid-flight: some of what was just written has been answered, some not.
    await Promise.all([stage.server.kill(), say(ana, lines('ana', 4, 7)), say(ben, lines('ben', 4, 7))])
    // What nobody has yet is shown all the same, with a clock.
    await message(ana, 'ana 6').locator('.ticks', { hasText: 'Sending' }).waitFor()
    await ana.getByText(/No connection/).waitFor()
    await stage.server.restart()
    await Promise.all(pages.map(retry))
    await Promise.all([say(ana, lines('ana', 7, 10)), say(ben, lines('ben', 7, 10))])
    const written = [lines('ana', 0, 10), lines('ben', 0, 10)]
    await agree(pages, written)
    await expect.poll(() => ana.locator('.ticks.sending, .ticks.failed').count()).toBe(0)
    // Each connection comes back by its own back-off, and one may have to try again on a busy machine.
    for (const page of pages) await page.getByText(/No connection/).waitFor({ state: 'detached' })
    await Promise.all(pages.map((page) => page.reload()))
    await agree(pages, written)
  })

  it('has what was queued without a network once, in order, when it is back', async () => {
    const { pages } = await circle('Ana', 'Ben')
    const [ana, ben] = pages as [Page, Page]
    await tall(pages)
    await write(ana, 'ana 0')
    await message(ben, 'ana 0').waitFor()
    await ana.context().setOffline(true)
    // Until the page has noticed, what is said may still leave by the socket that is open.
    await ana.getByText('No network.').waitFor()
    await say(ana, lines('ana', 1, 5))
    await say(ben, lines('ben', 0, 3))
    await expect.poll(() => ana.locator('.ticks.sending').count()).toBe(4)
    // The first may have left by the socket that was still open, without an answer. The last was queued.
    expect(await message(ben, 'ana 4').count()).toBe(0)
    expect(await message(ana, 'ben 2').count()).toBe(0)
    await ana.context().setOffline(false)
    const written = [lines('ana', 0, 5), lines('ben', 0, 3)]
    await agree(pages, written)
    await ana.reload()
    await agree(pages, written)
  })

  it('of four who all talk at the same time is the same on every screen', async () => {
    const { pages } = await circle('Ana', 'Ben', 'Cleo', 'Dan')
    await tall(pages)
    const written = ['ana', 'ben', 'cleo', 'dan'].map((name) => lines(name, 0, 6))
    await Promise.all(pages.map((page, n) => say(page, written[n] ?? [])))
    await agree(pages, written)
  })
})
