/** As one likes it: loud or quiet, in one's language, large or small, with or without a network. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { barriers, box, findAndOpen, keptOn, message, ownGroup, retry, Stage, write } from './stage.ts'

const stage = Stage.raise({ desktop: true })

/** What a clock shows so many minutes from now. */
const clock = (minutes: number) => {
  const then = new Date(Date.now() + minutes * 60_000)
  return [then.getHours(), then.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':')
}

const tagged = () => Math.random().toString(36).slice(2, 7)

/** What is shown on the desktop. */
const onDesktop = (page: Page) =>
  page.evaluate(`navigator.serviceWorker.ready
    .then((worker) => worker.getNotifications())
    .then((all) => all.map(({ title, body, data }) => ({ title, body, path: data.path })))`) as Promise<
    { title: string; body: string; path: string }[]
  >

/** A browser that is driven lets every page take itself for the one that is looked at; here only one is. */
const lookAt = async (page: Page, yes: boolean) => {
  await page.evaluate(`void (document.hasFocus = () => ${yes})`)
}

/** Nothing is wider than the window, so nothing has to be looked for sideways. */
const overflow = (page: Page) =>
  page.evaluate(`[...document.querySelectorAll('body, body *')]
    .filter((each) => !each.closest('.visually-hidden, [hidden], pre, .tray, .popover, dialog:not([open])') && each.checkVisibility())
    .map((each) => ({ each, box: each.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 1 && (box.left < -1 || box.right > innerWidth + 1))
    .map(({ each }) => each.outerHTML.slice(0, 100))`) as Promise<string[]>

describe('news', () => {
  it('pop up in the page one looks at, else once on the desktop, and not at all in quiet hours', async () => {
    const tag = tagged()
    const [{ page: ana }, { page: ben }] = await Promise.all([
      stage.enter(`Ana ${tag}`, { serviceWorkers: 'allow' }),
      stage.enter(`Ben ${tag}`),
    ])
    await findAndOpen(ben, `Ana ${tag}`)
    await ana.context().grantPermissions(['notifications'], { origin: stage.url })
    await ana.goto(`${stage.url}/settings`)
    await ana.getByRole('button', { name: 'Show them on the desktop' }).click()
    await ana.getByRole('button', { name: 'Show them on the desktop', pressed: true }).waitFor()
    const other = await ana.context().newPage()
    await other.goto(stage.url)
    await other.getByRole('navigation').waitFor()
    await lookAt(other, false)

    await write(ben, 'are you there')
    const toast = ana.locator('.toast', { hasText: 'are you there' })
    await toast.waitFor()
    expect(await onDesktop(ana)).toEqual([])
    await toast.getByRole('button', { name: 'Open' }).click()
    await message(ana, 'are you there').waitFor()
    await write(ben, 'now you see it')
    await message(ana, 'now you see it').waitFor()
    await message(ben, 'now you see it').locator('.ticks', { hasText: 'Read' }).waitFor()
    expect(await ana.locator('.toast', { hasText: 'now you see it' }).count()).toBe(0)

    await ana.getByRole('button', { name: 'Details' }).click()
    await ana.getByLabel('Nothing').check()
    await ana.locator('.room-row.muted', { hasText: 'Muted' }).waitFor()
    await ana.getByRole('link', { name: 'People', exact: true }).click()
    await write(ben, 'a tree falls')
    await ana.getByRole('navigation').locator('.count').waitFor()
    await ana.waitForTimeout(500)
    expect(await ana.locator('.toast', { hasText: 'a tree falls' }).count()).toBe(0)
    await ana.goBack()
    await ana.getByRole('button', { name: 'Details' }).click()
    await ana.getByLabel('Every message').check()
    await ana.locator('.room-row:not(.muted)').waitFor()

    await ana.goto(`${stage.url}/people`)
    await ana.getByRole('navigation').waitFor()
    await lookAt(ana, false)
    await write(ben, 'come back')
    await expect.poll(async () => (await onDesktop(ana)).map(({ body }) => body.includes('come back'))).toEqual([true])
    const [shown] = await onDesktop(ana)
    expect(shown?.path).toMatch(/^\/r\/\d+\/m\/\d+$/)
    // A press on it, as the browser tells its worker.
    const [worker] = ana.context().serviceWorkers()
    await worker?.evaluate(`registration.getNotifications().then(([notification]) =>
      dispatchEvent(new NotificationEvent('notificationclick', { notification })))`)
    await expect.poll(() => [ana.url(), other.url()].filter((url) => url.endsWith(shown?.path ?? '-')).length).toBe(1)

    await ana.goto(`${stage.url}/settings`)
    await other.goto(`${stage.url}/people`)
    await ana.getByLabel('Quiet hours').check()
    await ana.getByLabel('From', { exact: true }).fill(clock(-60))
    await ana.getByLabel('To', { exact: true }).fill(clock(60))
    await write(ben, 'psst')
    await ana.getByRole('navigation').locator('.count').waitFor()
    await ana.waitForTimeout(500)
    expect(await ana.locator('.toast').count()).toBe(0)
    expect((await onDesktop(ana)).filter(({ body }) => body.includes('psst'))).toEqual([])
  })
})

describe('the settings', () => {
  it('change what sends, how much is shown, and the language, and stay', async () => {
    const { page } = await stage.enter('Ana')
    await ownGroup(stage.url, page)
    await write(page, 'sent with Enter')
    await message(page, 'sent with Enter').locator('.ticks', { hasText: 'Sent' }).waitFor()
    const place = page.url()
    await page.goto(`${stage.url}/settings`)
    await page.getByLabel('Ctrl Enter').check()
    const row = page.locator('a.room-row').first()
    await row.waitFor()
    const high = async () => (await row.boundingBox())?.height ?? 0
    const comfortable = await high()
    await page.getByLabel('Compact').check()
    expect(await high()).toBeLessThan(comfortable)
    await page.goto(place)
    await box(page).fill('one line')
    await box(page).press('Enter')
    await box(page).pressSequentially('and another')
    expect(await box(page).inputValue()).toBe('one line\nand another')
    await box(page).press('Control+Enter')
    await message(page, 'and another').waitFor()
    expect(await box(page).inputValue()).toBe('')

    await page.goto(`${stage.url}/settings`)
    await page.getByLabel('Deutsch').check()
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
    expect(await page.evaluate('document.documentElement.lang')).toBe('de')
    await page.goto(place)
    await page.locator('.day', { hasText: 'Heute' }).first().waitFor()
    await page.getByRole('textbox', { name: 'An Diary schreiben' }).waitFor()

    // What the server says is said in the same language: of a request, of a field, of a message, of a notification.
    await page.goto(`${stage.url}/join/nosuchlink`)
    await page.getByText('Hier ist nichts, oder nichts, was du sehen darfst.').waitFor()
    await page.goto(`${stage.url}/settings`)
    const form = page.locator('form').filter({ has: page.getByRole('heading', { name: 'Passwort ändern' }) })
    await form.getByLabel('Jetziges Passwort').fill('not this one')
    await form.getByLabel('Neues Passwort').fill('another horse entirely')
    await form.getByRole('button', { name: 'Passwort setzen' }).click()
    await form.getByText('Das ist nicht dein jetziges Passwort.').waitFor()
    await page.getByLabel('Benutzername').fill('not a name!')
    await page.getByRole('button', { name: 'Speichern' }).click()
    await page.getByText('Nur Buchstaben, Ziffern und . _ + -').first().waitFor()
  })
})

describe('the app without a server', () => {
  it('opens all the same, says so, and shows the room when it is back', async () => {
    const { page } = await stage.enter('Ana', { serviceWorkers: 'allow' })
    await ownGroup(stage.url, page)
    await write(page, 'before the storm')
    await message(page, 'before the storm').locator('.ticks', { hasText: 'Sent' }).waitFor()
    await page.evaluate('navigator.serviceWorker.ready')
    await expect.poll(() => keptOn(page)).toBe(2)
    await stage.server.kill()
    await page.reload()
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
    await page.locator('.banner', { hasText: /No connection\. Trying again in \d+ s\./ }).waitFor()
    const kept = (await page.evaluate(`caches.keys()
      .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
      .then((all) => all.flat().map(({ url }) => new URL(url).pathname))`)) as string[]
    expect(kept).toContain('/')
    expect(kept.filter((path) => /^\/(api|media)\//.test(path))).toEqual([])

    // The room as it was, and the list; what is written now goes out later.
    await page.getByText(/^As it was on .* There is no connection\.$/).waitFor()
    await message(page, 'before the storm').waitFor()
    await page.getByRole('navigation').getByRole('link').filter({ hasText: 'Diary' }).waitFor()
    expect(await page.getByText('This is where it begins.').count()).toBe(0)
    expect(await page.getByText('No conversations yet').count()).toBe(0)
    await write(page, 'in the storm')
    await message(page, 'in the storm').waitFor()
    expect(await barriers(page)).toEqual([])
    await stage.server.restart()
    await retry(page)
    await message(page, 'before the storm').waitFor()
    await write(page, 'after the storm')
    await message(page, 'after the storm').locator('.ticks', { hasText: 'Sent' }).waitFor()
    await message(page, 'in the storm').locator('.ticks', { hasText: 'Sent' }).waitFor()
    await page.getByText(/^As it was on/).waitFor({ state: 'detached' })

    await page.goto(`${stage.url}/settings`)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await expect.poll(() => keptOn(page)).toBe(0)
  })
})

describe('at twice the size, and from right to left', () => {
  it('nothing is cut off', async () => {
    const { page } = await stage.enter('Ana', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 })
    await ownGroup(stage.url, page)
    await write(page, 'left to right')
    await write(page, 'من اليمين إلى اليسار')
    await page.locator('.ticks.sent').nth(1).waitFor()
    const room = page.url()
    const places = [
      room,
      ...['/', '/people', '/notifications', '/settings', '/search', '/groups/new'].map((path) => stage.url + path),
    ]
    const side = (text: string) =>
      page.evaluate(`(() => {
        const words = [...document.querySelectorAll('article .text')].find((each) => each.textContent.includes(${JSON.stringify(text)}))
        const bubble = words.closest('.bubble').getBoundingClientRect()
        const { left, right } = words.getBoundingClientRect()
        return left - bubble.left > bubble.right - right ? 'right' : 'left'
      })()`)
    for (const place of places) {
      await page.goto(place)
      const there = place === room ? message(page, 'اليمين') : page.locator('.bar:visible').first()
      await there.waitFor()
      for (const direction of ['ltr', 'rtl']) {
        await page.evaluate(`document.documentElement.dir = '${direction}'`)
        expect(await overflow(page), `${place} ${direction}`).toEqual([])
        if (place !== room) continue
        expect(await side('left to right')).toBe('left')
        expect(await side('اليمين')).toBe('right')
        await page.getByRole('button', { name: 'Details' }).click()
        await page.getByRole('complementary').waitFor()
        expect(await overflow(page), `details ${direction}`).toEqual([])
        await page.getByRole('button', { name: 'Close' }).click()
      }
    }
  })
})
