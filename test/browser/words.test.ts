/** Words of every script: names that are suggested as they are typed, days that pass, marks that stay in their row. */
import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { asks, box, message, openRoom, ownGroup, type Someone, Stage, write } from './stage.ts'

const stage = Stage.raise()

/** Marks on top of each other: of names, which are short, fewer. */
const stacked = (text: string, times = 8) =>
  [...text].map((letter) => letter + '\u0300\u0301\u0308\u030a\u0323\u0331'.repeat(times)).join('')

/** Names in ten scripts, each with its username. */
const NAMES: [full: string, username: string][] = [
  ['Søren Ødegård', 'søren'],
  ['Ελένη Παπαδοπούλου', 'ελένη'],
  ['Семён Ковалёв', 'семён'],
  ['محمد علی‌رضا', 'علی‌رضا'],
  ['דָּוִד כהן', 'דוד'],
  ['संदीप कुमार', 'संदीप'],
  ['วิชัย น้ำทิพย์', 'วิชัย'],
  ['தமிழ்ச்செல்வி', 'தமிழ்'],
  ['山田 太郎', '山田'],
  ['김민수', '김민수'],
  ['ტარიელ', 'ტარიელ'],
  ['Zoë Brontë', 'zoë'],
]

let ana: Someone
let room: number

/** Registers somebody by the API. */
async function registered(full: string, username: string): Promise<{ id: number; access: string }> {
  const response = await fetch(`${stage.url}/api/register/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `w${Math.random().toString(36).slice(2)}@example.com`,
      password: 'correct horse battery',
      first_name: full,
      username,
    }),
  })
  const body = (await response.json()) as { user: { id: number }; access: string }
  expect(response.status, JSON.stringify(body)).toBe(201)
  return { id: body.user.id, access: body.access }
}

const say = (who: { access: string }, content: string) =>
  fetch(`${stage.url}/api/chatrooms/${room}/messages/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.access}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content }),
  })

let people: { id: number; access: string }[]
beforeAll(async () => {
  ana = await stage.enter('Ana Berg')
  people = []
  for (const [full, username] of NAMES) people.push(await registered(full, username))
  const participant_ids = people.map(({ id }) => id)
  room = (await asks(stage.url, ana.page, 'POST', '/chatrooms/', { room_name: 'ﬁve Łódź', participant_ids })).id
  await ana.page.goto(`${stage.url}/r/${room}`)
  await ana.page.getByRole('region', { name: 'Messages' }).waitFor()
})

/** Types a text key by key, and what is suggested then. */
async function suggested(page: Page, typed: string): Promise<string[]> {
  await box(page).click()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Delete')
  for (const letter of typed) await page.keyboard.type(letter)
  const options = page.getByRole('option')
  await options.first().waitFor()
  return options.locator('b').allTextContents()
}

describe('a name', () => {
  it.each(
    [
      ['@सं', 'संदीप कुमार'],
      ['@วิ', 'วิชัย น้ำทิพย์'],
      ['@தமி', 'தமிழ்ச்செல்வி'],
      ['@zoe\u0308', 'Zoë Brontë'],
      ['@ZOE', 'Zoë Brontë'],
      ['@ΕΛΕ', 'Ελένη Παπαδοπούλου'],
      ['@семе', 'Семён Ковалёв'],
      ['@ᲢᲐ', 'ტარიელ'],
      ['(@山', '山田 太郎'],
      ['"@김', '김민수'],
      ['«@дав', ''],
      ['„@sor', 'Søren Ødegård'],
      ['_@علی', 'محمد علی‌رضا'],
      ['你好@山', '山田 太郎'],
    ].filter(([, name]) => name !== ''),
  )('is suggested for %s', async (typed, name) => {
    expect(await suggested(ana.page, typed as string)).toEqual([name])
  })

  it('is completed before the next key is handled, however soon that key follows', async () => {
    const { page } = ana
    await suggested(page, 'Ask @सं')
    const [value, caret] = await page.evaluate<[string, number]>(`(() => {
      const area = document.activeElement
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      document.execCommand('insertText', false, 'now')
      return new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve([area.value, area.selectionStart]))),
      )
    })()`)
    expect([value, caret]).toEqual(['Ask @संदीप now', 'Ask @संदीप now'.length])
  })

  it('is put in the place of what was typed, shown as a mention, and nothing else is', async () => {
    const { page } = ana
    await suggested(page, 'See (@सं')
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('See (@संदीप ')
    await page.keyboard.type('), `@zoë` zoë@example.com @nobody @ZOË.')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    const said = message(page, 'See (')
    await said.locator('.mention', { hasText: 'संदीप' }).waitFor()
    expect(await said.locator('.mention').allTextContents()).toEqual(['@संदीप', '@ZOË'])
  })

  it('is shown in each of ten scripts, in the list, in the room and beside it', async () => {
    const { page } = ana
    for (const [index, who] of people.entries())
      await say(who, `${NAMES[index]?.[0]}: @${NAMES[(index + 1) % NAMES.length]?.[1]}`)
    await message(page, 'Zoë Brontë:').waitFor()
    await page.getByRole('button', { name: 'Details' }).click()
    for (const [full] of NAMES) await page.getByRole('complementary').getByText(full, { exact: true }).waitFor()
    mkdirSync('dist/screenshots', { recursive: true })
    await page.screenshot({ path: 'dist/screenshots/names.png' })
    await page.getByRole('button', { name: 'Details' }).click()
  })
})

describe('a day', () => {
  const days = (page: Page) => page.locator('.messages .day:not(.floating)').allTextContents()

  it('is no longer today when midnight has passed, nor after the computer has slept', async () => {
    // Of a person of their own: the clock is that of everything in a context.
    const { page } = await stage.enter('Night Owl')
    await ownGroup(stage.url, page)
    await write(page, 'still up')
    await message(page, 'still up').waitFor()
    const now = Date.now()
    await page.clock.install({ time: now })
    await page.reload()
    await page.locator('.messages .day', { hasText: 'Today' }).first().waitFor()
    const midnight = new Date(now).setHours(24, 0, 0, 0)
    // A minute before and a minute after.
    await page.clock.fastForward(Math.max(0, midnight - now - 60_000))
    expect(await days(page)).toEqual(['Today'])
    await page.clock.fastForward(120_000)
    await expect.poll(() => days(page)).toEqual(['Yesterday'])
    await page.locator('.room-row time', { hasText: 'Yesterday' }).first().waitFor()
    // Asleep for two days: no timer runs, and the page is looked at again.
    await page.clock.setSystemTime(midnight + 48 * 3_600_000)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await expect.poll(() => days(page)).toEqual([expect.stringMatching(/^(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$/)])
    await page.context().close()
  })
})

describe('stacked marks', () => {
  it('stay in their own row: of a message, of a name and in a list', async () => {
    const { page } = ana
    const loud = await registered(`${stacked('Z', 8)} A`, 'zalgo')
    await asks(stage.url, page, 'POST', `/chatrooms/${room}/add_members/`, { users: [loud.id] })
    // What the room says of who came is asked for a moment later, and would move what is compared below.
    await page.locator('.happened', { hasText: /[\u0300-\u036f]{6}/ }).waitFor()
    const quiet = people[0] as { access: string }
    await say(quiet, 'above')
    await say(loud, stacked('he comes'))
    await say(quiet, 'below')
    await message(page, 'below').waitFor()
    /** What is drawn outside of the row that it belongs to: everything that is clipped by no box within that row. */
    const leaks = (row: string) =>
      page.evaluate(`[...document.querySelectorAll(${JSON.stringify(row)})].flatMap((row) => {
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
        const found = []
        while (walker.nextNode()) {
          if (!/[\\u0300-\\u036f]{6}/.test(walker.currentNode.textContent)) continue
          const edge = row.getBoundingClientRect()
          let each = walker.currentNode.parentElement
          while (each !== row.parentElement) {
            const style = getComputedStyle(each)
            const box = each.getBoundingClientRect()
            const isClipped = style.overflowY !== 'visible' && style.display !== 'inline'
            if (isClipped && box.top >= edge.top - 1 && box.bottom <= edge.bottom + 1) break
            each = each.parentElement
          }
          if (each === row.parentElement) found.push(walker.currentNode.parentElement.outerHTML.slice(0, 80))
        }
        return found
      })`) as Promise<string[]>
    const seen = (row: string) =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(row)})].some((row) => /[\\u0300-\\u036f]{6}/.test(row.textContent))`,
      )
    expect(await seen('article.message')).toBe(true)
    expect(await leaks('article.message')).toEqual([])
    // The neighbours look as they do without them.
    const bubble = (text: string) => message(page, text).locator('.bubble').screenshot()
    /** The bubble when nothing moves in it any more: its tick may still have to come. */
    const still = async (text: string) => {
      for (let before = await bubble(text); ; ) {
        await page.waitForTimeout(100)
        const now = await bubble(text)
        if (now.equals(before)) return now
        before = now
      }
    }
    const [above, below] = [await still('above'), await still('below')]
    await page.screenshot({ path: 'dist/screenshots/stacked.png' })
    await page.evaluate(`for (const each of document.querySelectorAll('article.message'))
      if (/[\\u0300-\\u036f]{6}/.test(each.textContent)) each.style.visibility = 'hidden'`)
    expect((await still('above')).equals(above)).toBe(true)
    expect((await still('below')).equals(below)).toBe(true)
    await page.reload()
    await box(page).waitFor()
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('complementary').locator('.person').first().waitFor()
    expect(await seen('.person')).toBe(true)
    expect(await leaks('.person')).toEqual([])
    await page.getByRole('button', { name: 'Details' }).click()
    await asks(stage.url, page, 'PATCH', `/chatrooms/${room}/`, { room_name: stacked('Ro') })
    await say(loud, stacked('last words'))
    await expect.poll(() => seen('.room-row')).toBe(true)
    expect(await leaks('.room-row')).toEqual([])
    await page.locator('header').first().waitFor()
    expect(await leaks('header')).toEqual([])
    await suggested(page, '@zalgo')
    expect(await leaks('[role=option]')).toEqual([])
    await page.screenshot({ path: 'dist/screenshots/stacked-list.png' })
  })
})

describe('a search', () => {
  it('marks what was found in the text as it was written, whatever was typed', async () => {
    const { page } = ana
    await asks(stage.url, page, 'PATCH', `/chatrooms/${room}/`, { room_name: 'ﬁve Łódź' })
    await openRoom(page, 'ﬁve Łódź')
    await write(page, 'Die große Straße in İstanbul')
    await message(page, 'İstanbul').waitFor()
    await page.getByRole('button', { name: 'Search in this conversation' }).click()
    await page.getByRole('complementary').getByRole('combobox', { name: 'Search' }).click()
    for (const [typed, marked] of [
      ['GROSSE STRASSE', 'große Straße'],
      ['istanbul', 'İstanbul'],
    ] as const) {
      await page.keyboard.press('Control+A')
      await page.keyboard.type(typed)
      await page.locator('.results mark', { hasText: marked }).first().waitFor()
      expect(await page.locator('.results mark').allTextContents()).toEqual([marked])
    }
  })
})
