/** Writing and reading in full: reactions, suggestions, attachments, what is new, a finger, and what was not sent. */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { asks, barriers, box, message, ownGroup, type Someone, Stage, write } from './stage.ts'

const stage = Stage.raise()
let ana: Someone
let ben: Someone
let room: number

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const picture = (name: string) => ({ name, mimeType: 'image/png', buffer: PNG })
const attachTo = (page: Page) => page.locator('.composer input[type=file]')
const sent = (page: Page, text: string) =>
  message(page, text)
    .locator('.ticks')
    .filter({ hasNotText: /Sending|Not sent/ })
    .first()
    .waitFor()
const chip = (page: Page, text: string, emoji: string) =>
  message(page, text).getByRole('button', { name: new RegExp(`^${emoji} \\d`) })
const path = () => `/chatrooms/${room}/messages/`

/** Writes as somebody, without their page. */
async function say(who: Someone, texts: string[]): Promise<number> {
  let last = 0
  for (const content of texts) last = (await asks(stage.url, who.page, 'POST', path(), { content })).id
  return last
}

beforeAll(async () => {
  ana = await stage.enter('Ana Berg')
  ben = await stage.enter('Ben Holm', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  room = (await asks(stage.url, ana.page, 'POST', '/chatrooms/', { room_name: 'Boat trip' })).id
  const { id } = (await ben.page.evaluate(
    `JSON.parse(Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]).user`,
  )) as { id: number }
  await asks(stage.url, ana.page, 'POST', `/chatrooms/${room}/add_members/`, { users: [id] })
  for (const { page } of [ana, ben]) {
    await page.goto(`${stage.url}/r/${room}`)
    await box(page).waitFor()
  }
})

describe('a reaction', () => {
  it('is given by a press, seen by all, joined by another, and taken back', async () => {
    await write(ana.page, 'Saturday at nine?')
    await sent(ana.page, 'Saturday at nine?')
    await message(ana.page, 'Saturday').hover()
    await message(ana.page, 'Saturday').getByRole('button', { name: 'React with 👍' }).click()
    await chip(ben.page, 'Saturday', '👍').waitFor()
    expect(await chip(ben.page, 'Saturday', '👍').getAttribute('aria-pressed')).toBe('false')
    await chip(ben.page, 'Saturday', '👍').tap()
    await expect.poll(() => chip(ana.page, 'Saturday', '👍').getAttribute('aria-label')).toBe('👍 2, You and Ben Holm')
    expect(await barriers(ana.page)).toEqual([])
    await chip(ana.page, 'Saturday', '👍').click()
    await expect.poll(() => chip(ben.page, 'Saturday', '👍').getAttribute('aria-label')).toBe('👍 1, You')
    await chip(ben.page, 'Saturday', '👍').tap()
    await chip(ana.page, 'Saturday', '👍').waitFor({ state: 'detached' })
  })

  it('is found by its name and given by keys alone', async () => {
    const { page } = ana
    await page.getByRole('region', { name: 'Messages' }).focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitemcheckbox', { name: 'React with 👍' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.type('sailing')
    await page.getByRole('button', { name: 'sailing boat' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await chip(ben.page, 'Saturday', '⛵').waitFor()
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor({ state: 'detached' })
  })
})

describe('what is written', () => {
  it('is completed: an emoji after a colon, a room after a #, which leads there', async () => {
    const { page } = ana
    await box(page).pressSequentially('Off we go :rock')
    await page.getByRole('option', { name: 'rocket' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.getByRole('option', { name: 'rocket' }).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe('Off we go 🚀 ')
    await box(page).pressSequentially('see #boa')
    await page.getByRole('option', { name: 'Boat trip' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('option').first().waitFor({ state: 'detached' })
    await page.keyboard.type('t')
    await page.getByRole('option', { name: 'Boat trip' }).waitFor()
    await page.keyboard.press('Tab')
    await box(page).press('Enter')
    const link = message(ben.page, 'Off we go').getByRole('link', { name: '#Boat trip' })
    expect(await link.getAttribute('href')).toBe(`/r/${room}`)
  })
})

/** Puts things into the clipboard, and pastes them as a person does. */
async function paste(page: Page, kinds: Record<string, string>): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.evaluate(`(async () => {
    const kinds = ${JSON.stringify(kinds)}
    const bytes = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    const parts = Object.entries(kinds).map(([type, data]) => [
      type,
      new Blob([type === 'image/png' ? bytes(data) : data], { type }),
    ])
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(parts))])
  })()`)
  await box(page).focus()
  await page.keyboard.press('Control+v')
}

describe('what is pasted', () => {
  const LONG = `${'0123456789'.repeat(1_034)}ab`

  it('beyond the limit is kept, counted, and sent as a file', async () => {
    const { page } = ana
    await paste(page, { 'text/plain': LONG })
    await page.getByText('342 characters too many, of at most 10,000.').waitFor()
    expect(await box(page).inputValue()).toBe(LONG)
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Enter')
    expect(await box(page).inputValue()).toBe(LONG)
    await page.getByRole('button', { name: 'Send as a file' }).click()
    await page.getByRole('button', { name: 'Remove text.txt' }).waitFor()
    expect(await box(page).inputValue()).toBe('')
    await page.keyboard.press('Enter')
    const link = ben.page.getByRole('link', { name: /^text\.txt/ })
    await link.waitFor()
    const stored = await ben.page.evaluate(
      `fetch(${JSON.stringify(await link.getAttribute('href'))}).then((response) => response.text())`,
    )
    expect(stored).toBe(LONG)
  })

  it('from a spreadsheet is its text, from a picture the picture', async () => {
    const { page } = ana
    const html = '<table><tr><td>1</td><td>2</td></tr></table>'
    await paste(page, { 'text/plain': 'one\t2\nthree\t4', 'text/html': html, 'image/png': PNG.toString('base64') })
    await expect.poll(() => box(page).inputValue()).toBe('one\t2\nthree\t4')
    expect(await page.locator('.tray').count()).toBe(0)
    await box(page).fill('')
    await paste(page, { 'text/html': '<img src="https://example.com/a.png">', 'image/png': PNG.toString('base64') })
    await page.getByRole('button', { name: 'Remove image.png' }).click()
    expect(await box(page).inputValue()).toBe('')
  })
})

describe('what is not finished', () => {
  it('is there again after another room: text, reply and attachments, and an edit', async () => {
    const { page } = ana
    const other = (await asks(stage.url, page, 'POST', '/chatrooms/', { room_name: 'Harbour' })).id
    const elsewhere = async () => {
      for (const [id, name] of [
        [other, 'Harbour'],
        [room, 'Boat trip'],
      ] as const) {
        await page.locator(`.rooms a[href="/r/${id}"]`).click()
        await page.getByRole('heading', { name, level: 2 }).waitFor()
        if (id === other) {
          expect(await box(page).inputValue()).toBe('')
          expect(await page.locator('.tray, .context').count()).toBe(0)
        }
      }
    }
    await write(page, 'Which harbour?')
    await sent(page, 'Which harbour?')
    await message(page, 'Which harbour?').hover()
    await message(page, 'Which harbour?').getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menuitem', { name: 'Reply' }).click()
    await page.keyboard.type('half an answ')
    await attachTo(page).setInputFiles(picture('chart.png'))
    await page.getByLabel('What chart.png shows').fill('The chart')
    await elsewhere()
    await page.getByText('Reply to Ana Berg').waitFor()
    expect(await box(page).inputValue()).toBe('half an answ')
    expect(await page.getByLabel('What chart.png shows').inputValue()).toBe('The chart')
    await box(page).press('End')
    await page.keyboard.type('er')
    await box(page).press('Enter')
    await ben.page.getByAltText('The chart').waitFor()
    await message(ben.page, 'half an answer').locator('.quote', { hasText: 'Which harbour?' }).waitFor()
    await sent(page, 'half an answer')

    await box(page).press('ArrowUp')
    await page.keyboard.type('ed, not yet')
    await elsewhere()
    await page.getByText('Editing', { exact: true }).waitFor()
    expect(await box(page).inputValue()).toBe('half an answered, not yet')
    await box(page).press('Escape')
    expect(await box(page).inputValue()).toBe('')
  })

  it('is kept and can be sent where the storage of the browser is full', async () => {
    const { page } = ana
    await page.evaluate(`{
      for (let size = 1 << 20, n = 0; size > 0; n++) {
        try {
          localStorage.setItem('filler ' + n, 'x'.repeat(size))
        } catch {
          size >>= 1
        }
      }
    }`)
    await box(page).focus()
    await page.keyboard.type('a full cellar')
    await page.getByRole('link', { name: 'People', exact: true }).click()
    await box(page).waitFor({ state: 'detached' })
    await page.goBack()
    await expect.poll(() => box(page).inputValue()).toBe('a full cellar')
    await box(page).press('Enter')
    await message(ben.page, 'a full cellar').waitFor()
    await page.evaluate(
      `Object.keys(localStorage).filter((key) => key.startsWith('filler')).forEach((key) => localStorage.removeItem(key))`,
    )
    expect(await box(page).inputValue()).toBe('')
  })

  it('is put away with signing out, and another person finds nothing of it', async () => {
    const { page } = await stage.enter('Cleo Day', { serviceWorkers: 'allow' })
    const { id } = await asks(stage.url, page, 'POST', '/chatrooms/', { room_name: 'Notes' })
    await page.goto(`${stage.url}/r/${id}`)
    await box(page).fill('my secret')
    await attachTo(page).setInputFiles(picture('secret.png'))
    await page.getByLabel('What secret.png shows').waitFor()
    // The settings are loaded before the network is gone.
    await page.locator('.rooms a.me').click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    await page.goBack()
    await page.context().setOffline(true)
    await box(page).fill('my unsent message')
    await box(page).press('Enter')
    await message(page, 'my unsent message').waitFor()
    await box(page).fill('my secret')
    const stored = () => page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
    await expect.poll(stored).toMatch(/my unsent message.*my secret|my secret.*my unsent message/s)
    await page.locator('.rooms a.me').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('E-mail or username').waitFor()
    await page.context().setOffline(false)
    expect(await stored()).not.toMatch(/my secret|my unsent|Cleo/)
    const copies = () =>
      page.evaluate(`(async () => {
        const names = await caches.keys()
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
        const paths = requests.flat().map(({ url }) => new URL(url).pathname)
        const rows = (await indexedDB.databases()).map(({ name }) => new Promise((resolve) => {
          const opening = indexedDB.open(name)
          opening.onsuccess = () => {
            const stores = [...opening.result.objectStoreNames]
            const reading = opening.result.transaction(stores).objectStore(stores[0]).getAll()
            reading.onsuccess = () => resolve(reading.result)
          }
        }))
        return [...(await Promise.all(rows)).flat(), ...paths.filter((path) => /^.(api|media)./.test(path))]
      })()`)
    await expect.poll(copies).toEqual([])
  })
})

describe('an edit', () => {
  it('that did not go through is still there to be sent', async () => {
    const { page } = ana
    await write(page, 'tide at tne')
    await sent(page, 'tide at tne')
    const isEdit = (url: URL) => /\/messages\/\d+\/$/.test(url.pathname)
    await page.route(isEdit, (route) => route.abort())
    await box(page).press('ArrowUp')
    await write(page, 'tide at ten')
    await page.getByText('The server does not answer. Try again in a moment.').waitFor()
    await expect.poll(() => box(page).inputValue()).toBe('tide at ten')
    await page.unroute(isEdit)
    await box(page).press('Enter')
    await message(ben.page, 'tide at ten').waitFor()
    expect(await box(page).inputValue()).toBe('')
  })
})

describe('attachments', () => {
  it('are described before they go, several at once, and described anew afterwards', async () => {
    const { page } = ana
    await attachTo(page).setInputFiles([picture('bow.png'), picture('mast.png')])
    await page.getByLabel('What bow.png shows').fill('The bow in the harbour')
    await page.getByRole('button', { name: 'Remove mast.png' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await write(page, 'our boat')
    await ben.page.getByAltText('The bow in the harbour').waitFor()
    await ben.page.getByAltText('Image from Ana Berg').waitFor()
    await sent(page, 'our boat')
    await message(page, 'our boat').hover()
    await message(page, 'our boat').getByRole('button', { name: 'What to do with this message' }).click()
    await page.getByRole('menuitem', { name: 'Describe image' }).click()
    await page.getByLabel('What does it show?').fill('The bow, freshly painted')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await ben.page.getByAltText('The bow, freshly painted').waitFor()
  })

  it('that the server would refuse do not leave, and what was written stays', async () => {
    const { page } = ana
    await box(page).fill('a film of it')
    const film = Buffer.alloc(10 * 1024 * 1024 + 1)
    await attachTo(page).setInputFiles([
      { name: 'huge.png', mimeType: 'image/png', buffer: film },
      { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
      { name: 'words.png', mimeType: 'image/png', buffer: Buffer.from('not a picture') },
    ])
    await page.getByText('huge.png is larger than 10 MB.').waitFor()
    await page.getByText('nothing.txt is empty.').waitFor()
    await page.getByText('words.png is not the image it says it is.').waitFor()
    await page.locator('.tray').waitFor({ state: 'detached' })
    expect(await box(page).inputValue()).toBe('a film of it')
    await box(page).fill('')
  })

  it('can be stopped on their way: the words and the picture are back where they were written', async () => {
    const { page } = ana
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/api/images/', async (route) => {
      await released
      await route.continue().catch(() => undefined)
    })
    await attachTo(page).setInputFiles(picture('stern.png'))
    await page.locator('.tray img').waitFor()
    await write(page, 'the other end')
    await message(page, 'the other end').getByRole('button', { name: 'Stop uploading' }).click()
    await message(page, 'the other end').waitFor({ state: 'detached' })
    await expect.poll(() => box(page).inputValue()).toBe('the other end')
    await page.getByRole('button', { name: 'Remove stern.png' }).waitFor()
    release()
    await page.unroute('**/api/images/')
    await box(page).press('Enter')
    await sent(page, 'the other end')
  })

  it('on their way keep the page from closing without a word, and so does an edit', async () => {
    const { page } = await stage.enter('Ana')
    await ownGroup(stage.url, page)
    /** Whether the browser asks before the page closes. */
    const asksFirst = async () => {
      const asked = page.waitForEvent('dialog')
      await page.close({ runBeforeUnload: true })
      const dialog = await asked
      expect(dialog.type()).toBe('beforeunload')
      await dialog.dismiss()
    }
    await page.route('**/api/images/', () => undefined)
    await attachTo(page).setInputFiles(picture('slow.png'))
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('button', { name: 'Stop uploading' }).waitFor()
    await asksFirst()
    await page.getByRole('button', { name: 'Stop uploading' }).click()
    await box(page).fill('')
    await page.getByRole('button', { name: 'Remove slow.png' }).click()

    await write(page, 'tipo')
    await sent(page, 'tipo')
    await page.route('**/api/chatrooms/*/messages/*/', () => undefined)
    await box(page).press('ArrowUp')
    await write(page, 'typo')
    await asksFirst()
  })

  it('that were not sent stay, with their words, to be tried again, copied or deleted', async () => {
    const { page } = ana
    await page.route('**/api/images/', (route) =>
      route.fulfill({ status: 422, contentType: 'application/json', body: '{"code":"invalid","detail":"Not today."}' }),
    )
    await attachTo(page).setInputFiles(picture('sail.png'))
    await page.locator('.tray img').waitFor()
    await write(page, 'the new sail')
    const failed = message(page, 'the new sail')
    await failed.getByText('Not today.').waitFor()
    for (const name of ['Try again', 'Delete', 'Copy'])
      await failed.getByRole('button', { name, exact: true }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.unroute('**/api/images/')
    await failed.getByRole('button', { name: 'Try again', exact: true }).click()
    await sent(page, 'the new sail')
    await message(ben.page, 'the new sail').waitFor()
  })

  /** Each takes the pictures away from a page, and gives back what lets them through again. */
  it.each<[string, (page: Page) => Promise<() => Promise<void>>]>([
    [
      'that did not load are tried again',
      async (page) => {
        await page.route('**/media/**', (route) => route.abort())
        return () => page.unroute('**/media/**')
      },
    ],
    [
      'that failed the moment they were shown are tried again too',
      async (page) => {
        await page.evaluate(`{
          globalThis.failing = new MutationObserver((changes) => {
            const shown = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.querySelectorAll)
            for (const image of shown.flatMap((node) => [...node.querySelectorAll('.image img')]))
              image.dispatchEvent(new Event('error'))
          })
          failing.observe(document, { childList: true, subtree: true })
        }`)
        return () => page.evaluate('failing.disconnect()')
      },
    ],
  ])('%s', async (words, takeAway) => {
    const { page } = ben
    const giveBack = await takeAway(page)
    await attachTo(ana.page).setInputFiles(picture('flag.png'))
    await ana.page.locator('.tray img').waitFor()
    await write(ana.page, words)
    const again = message(page, words).getByRole('button', { name: 'The image did not load. Try again' })
    await again.waitFor()
    await giveBack()
    await again.tap()
    await again.waitFor({ state: 'detached' })
    await expect
      .poll(() =>
        message(page, words)
          .locator('img')
          .evaluate((img) => (img as { naturalWidth?: number }).naturalWidth),
      )
      .toBe(1)
  })
})

describe('a finger', () => {
  it('answers by drawing a message aside, and asks by holding it', async () => {
    const { page } = ben
    await say(ana, ['Who swims?'])
    const devtools = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...touchPoints: { x: number; y: number }[]) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints })
    const bubble = async () => {
      const time = message(page, 'Who swims?').locator('time')
      await time.scrollIntoViewIfNeeded()
      // While a list moves under a finger its messages are not there to be pressed.
      await page.waitForTimeout(400)
      const at = await time.boundingBox()
      if (!at) throw new Error('The message is not in the page.')
      return { x: at.x + 5, y: at.y + 5 }
    }

    const from = await bubble()
    await touch('touchStart', from)
    for (const aside of [15, 30, 45, 60, 75]) await touch('touchMove', { x: from.x + aside, y: from.y })
    // A finger that is lifted while it moves throws what it moves, and the next press only stops that.
    await page.waitForTimeout(200)
    await touch('touchMove', { x: from.x + 76, y: from.y })
    await touch('touchEnd')
    await page.getByText('Reply to Ana Berg').waitFor()
    await page.waitForTimeout(200)
    const row = await message(page, 'Who swims?').elementHandle()
    await page.getByRole('button', { name: 'Cancel' }).tap()
    await page.getByText('Reply to Ana Berg').waitFor({ state: 'detached' })
    const still = await bubble()
    // The list that got taller has not made it anew.
    expect(await row?.evaluate((was) => (was as unknown as { isConnected: boolean }).isConnected)).toBe(true)
    await touch('touchStart', still)
    await page.waitForTimeout(700)
    await touch('touchEnd')
    await page.getByRole('menuitemcheckbox', { name: 'React with 🎉' }).tap()
    await chip(ana.page, 'Who swims?', '🎉').waitFor()
  })
})

describe('a long conversation', () => {
  const days = (page: Page) =>
    page
      .locator('.messages .day')
      .evaluateAll(
        (lines) =>
          (lines as unknown as { checkVisibility(options: object): boolean }[]).filter((line) =>
            line.checkVisibility({ opacityProperty: true }),
          ).length,
      )
  const scrollTo = (page: Page, place: string) =>
    page.evaluate(`(() => { const list = document.querySelector('.messages > .scroll'); list.scrollTop = ${place} })()`)

  it('opens at the first of many unread, counts them, and says who has read', async () => {
    await ben.page.goto(`${stage.url}/people`)
    await say(
      ana,
      Array.from({ length: 75 }, (_, line) => `line ${line + 1} of the log`),
    )
    await ben.page.goto(`${stage.url}/r/${room}`)
    await ben.page.locator('.messages .new').waitFor()
    await ben.page.getByText('line 1 of the log', { exact: true }).waitFor()
    expect(await message(ben.page, 'line 75 of the log').count()).toBe(0)
    const latest = ben.page.getByRole('button', { name: /^\d+ new · Jump to latest$/ })
    await latest.waitFor()
    expect(Number.parseInt((await latest.textContent()) ?? '', 10)).toBeGreaterThan(50)
    await latest.tap()
    await message(ben.page, 'line 75 of the log').waitFor()
    await message(ana.page, 'line 75 of the log').getByRole('button', { name: 'Read by 1' }).click()
    await ana.page.getByRole('dialog', { name: 'Read by' }).getByText('Ben Holm').waitFor()
    await ana.page.keyboard.press('Escape')
  })

  it('shows each day once, at the top while it passes, and is found again where it was left', async () => {
    const { page } = ana
    await message(page, 'line 75 of the log').waitFor()
    await scrollTo(page, 'list.scrollHeight / 2')
    await page.locator('.day.floating').waitFor()
    expect(await days(page)).toBe(1)
    for (let tries = 0; tries < 10 && (await page.getByText('This is where it begins.').count()) === 0; tries++) {
      await scrollTo(page, '0')
      await page.waitForTimeout(200)
    }
    await scrollTo(page, '0')
    await page.locator('.day.floating').waitFor({ state: 'detached' })
    expect(await days(page)).toBe(1)
    const first = message(page, 'Saturday')
    await first.waitFor()
    await page.getByRole('link', { name: 'People', exact: true }).click()
    await box(page).waitFor({ state: 'detached' })
    await page.goBack()
    await first.waitFor()
    expect(await first.evaluate((row) => (row as unknown as { checkVisibility(): boolean }).checkVisibility())).toBe(
      true,
    )
  })
})

describe('on a phone', () => {
  const list = `document.querySelector('.messages > .scroll')`
  /** How far the end of the list is below its window. */
  const below = (page: Page) =>
    page.evaluate(`${list}.scrollHeight - ${list}.scrollTop - ${list}.clientHeight`) as Promise<number>
  const atEnd = (page: Page) => expect.poll(() => below(page)).toBeLessThan(2)
  /** Until the page has drawn what it is now. */
  const drawn = (page: Page) =>
    page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  /**
   * Until the list has scrolled as it was told to, which Virtua repeats for 150 ms, and the page has heard of it. Counted by
   * timers and frames of the page itself: it may get fewer than this process on a busy machine.
   */
  const settled = async (page: Page) => {
    await page.evaluate('new Promise((done) => setTimeout(done, 300))')
    await drawn(page)
  }
  /** A keyboard that lies over the page, as some systems have it; none for null. */
  const cover = (page: Page, height: number | null) =>
    page.evaluate(`(() => {
      if (${height} === null) delete visualViewport.height
      else Object.defineProperty(visualViewport, 'height', { value: ${height}, configurable: true })
      visualViewport.dispatchEvent(new Event('resize'))
    })()`)

  it('a room does not ask for the keyboard, and its end stays in view when that comes and goes', async () => {
    const { page } = ben
    await page.goto(`${stage.url}/r/${room}`)
    await box(page).waitFor()
    await message(page, 'line 75 of the log').waitFor()
    expect(await page.evaluate('document.activeElement.localName')).toBe('body')
    await page.evaluate(`${list}.scrollTop = ${list}.scrollHeight`)
    await atEnd(page)
    for (const height of [700, 600, 480]) await page.setViewportSize({ width: 390, height })
    await atEnd(page)
    await say(ana, ['with a keyboard'])
    await message(page, 'with a keyboard').waitFor()
    await atEnd(page)
    // The keyboard goes, comes, and somebody writes. A window that grows and shrinks again before a frame is drawn moves the
    // list as a person does: it is drawn in between.
    await page.setViewportSize({ width: 390, height: 844 })
    await drawn(page)
    await page.setViewportSize({ width: 390, height: 480 })
    await say(ana, ['in the same moment'])
    await message(page, 'in the same moment').waitFor()
    await atEnd(page)
    await page.setViewportSize({ width: 844, height: 390 })
    await atEnd(page)
    await page.setViewportSize({ width: 390, height: 844 })
    await atEnd(page)
    await cover(page, 500)
    await expect.poll(() => page.evaluate(`document.querySelector('.app').clientHeight`)).toBe(500)
    await atEnd(page)
    await say(ana, ['under a keyboard'])
    await message(page, 'under a keyboard').waitFor()
    await atEnd(page)
    await box(page).tap()
    await box(page).fill('one\ntwo\nthree\nfour')
    await atEnd(page)
    await cover(page, null)
    await atEnd(page)
    await box(page).fill('')
    await atEnd(page)

    // What is moved in the same moment as the window is taken for a part of that.
    await settled(page)

    // Whoever reads further up stays there.
    await page.evaluate(`${list}.scrollTop -= 900`)
    await page.getByRole('button', { name: 'Latest' }).waitFor()
    await settled(page)
    expect(await below(page)).toBeGreaterThan(800)
    /** The first message in the window, and where it stands. */
    const read = () =>
      page.evaluate(`[...document.querySelectorAll('article')]
        .map((row) => [Math.round(row.getBoundingClientRect().top), row.textContent])
        .find(([top]) => top > 70).join(' ')`)
    await expect.poll(() => page.evaluate(`${list}.scrollTop`)).toBeGreaterThan(900)
    const before = await read()
    await page.setViewportSize({ width: 390, height: 480 })
    await say(ana, ['further down'])
    await page.getByRole('button', { name: '1 new · Jump to latest' }).waitFor()
    expect(await read()).toBe(before)
    await page.setViewportSize({ width: 390, height: 844 })
  })

  it('takes nobody back who scrolls up, whatever comes before the page has heard of it', async () => {
    const { page } = ben
    const latest = page.getByRole('button', { name: /latest/i })
    const up = `${list}.scrollTop -= 900`
    for (const meanwhile of ['the window gets the focus', 'somebody writes']) {
      await latest.tap()
      await atEnd(page)
      await settled(page)
      if (meanwhile === 'somebody writes') await Promise.all([say(ana, [meanwhile]), page.evaluate(up)])
      else await page.evaluate(`${up}; dispatchEvent(new Event('focus'))`)
      await latest.waitFor()
      expect(await below(page)).toBeGreaterThan(800)
    }
  })
})

describe.each([
  [1280, 800],
  [390, 844],
  [390, 420],
])('notices in a window of %i by %i', (width, height) => {
  it('cover no place to write and nothing newest, are stacked, and are dismissed by keys', async () => {
    const { page } = await stage.enter('Ana', { viewport: { width, height } })
    await ownGroup(stage.url, page)
    for (const text of ['one', 'two', 'three', 'newest of all']) await write(page, text)
    await message(page, 'newest of all').locator('.ticks', { hasText: 'Sent' }).waitFor()
    for (const text of ['one', 'two']) {
      await message(page, text).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('menu').waitFor()
      await page.keyboard.press('End')
      await page.keyboard.press('Enter')
      await message(page, text).waitFor({ state: 'detached' })
    }
    const toasts = page.locator('.toast')
    // While the focus is on one, none goes away.
    await page.keyboard.press('F8')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Undo')
    expect(await toasts.count()).toBe(2)
    // A suggestion, without the focus going where it is shown for.
    await page.evaluate(`(() => {
      const area = document.querySelector('.composer textarea')
      area.value = ':he'
      area.setSelectionRange(3, 3)
      area.dispatchEvent(new InputEvent('input', { bubbles: true }))
    })()`)
    const suggestions = page.getByRole('listbox', { name: 'Suggestions' })
    await suggestions.waitFor()
    const shown = (await Promise.all((await toasts.all()).map((each) => each.boundingBox()))).filter(
      (box) => box !== null,
    )
    // Above a keyboard there is room for one.
    expect(shown.length).toBe(height > 500 ? 2 : 1)
    const [first, second] = shown
    if (first && second) expect(second.y).toBeGreaterThanOrEqual(first.y + first.height)
    for (const covered of [page.locator('.composer'), suggestions, message(page, 'newest of all')]) {
      const area = await covered.boundingBox()
      if (!area) throw new Error('It is not shown.')
      for (const { x, y, width, height } of shown) {
        const meets = x < area.x + area.width && area.x < x + width && y < area.y + area.height && area.y < y + height
        expect(meets, JSON.stringify({ area, toast: { x, y, width, height } })).toBe(false)
      }
    }
    expect(await barriers(page)).toEqual([])

    // Dismissed is done: the one is deleted, the other is there again.
    await page.keyboard.press('Escape')
    await expect.poll(() => toasts.count()).toBe(1)
    await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Undo')
    await page.keyboard.press('Enter')
    await toasts.waitFor({ state: 'detached' })
    await message(page, 'one').waitFor()
    await page.getByText('This message was deleted.').waitFor()
    expect(await page.evaluate('document.activeElement.localName')).not.toBe('body')
  })
})
