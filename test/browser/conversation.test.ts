/** Two people from the address of the app to a conversation, and what may befall it. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { box, findAndOpen, message, openRoom, retry, Stage, write } from './stage.ts'

const stage = Stage.raise()

const status = (page: Page, text: string) => message(page, text).locator('.ticks')

async function pair(
  come: 'enter' | 'join' = 'enter',
  options: BrowserContextOptions = {},
): Promise<{ ana: Page; ben: Page; names: [string, string] }> {
  const tag = Math.random().toString(36).slice(2, 7)
  const names: [string, string] = [`Ana ${tag}`, `Ben ${tag}`]
  const [{ page: ana }, { page: ben }] = await Promise.all([
    stage[come](names[0], options),
    stage[come](names[1], { viewport: { width: 390, height: 844 } }),
  ])
  await findAndOpen(ana, names[1])
  return { ana, ben, names }
}

describe('two people', () => {
  it('who never met talk within a minute, and see that they are read', async () => {
    const began = Date.now()
    const { ana, ben, names } = await pair('join')
    await write(ana, 'Good morning')
    await status(ana, 'Good morning').filter({ hasText: 'Sent' }).waitFor()
    expect(await status(ana, 'Good morning').textContent()).not.toContain('Read')
    await openRoom(ben, names[0])
    await message(ben, 'Good morning').waitFor()
    await status(ana, 'Good morning').filter({ hasText: 'Read' }).waitFor()
    await box(ben).pressSequentially('Mor', { delay: 20 })
    await ana.getByText(`${names[1]} is typing…`).waitFor()
    await write(ben, 'Morning, Ana')
    await message(ana, 'Morning, Ana').waitFor()
    expect(Date.now() - began).toBeLessThan(60_000)
  })

  it('keep a draft over a reload, edit with the arrow, answer, and take back', async () => {
    const { ana, ben, names } = await pair()
    await write(ana, 'tipo')
    await status(ana, 'tipo').filter({ hasText: 'Sent' }).waitFor()
    await openRoom(ben, names[0])
    await message(ben, 'tipo').waitFor()
    await box(ana).press('ArrowUp')
    await write(ana, 'typo')
    await message(ben, 'typo').filter({ hasText: 'edited' }).waitFor()

    await box(ana).fill('half a thought')
    await ana.reload()
    await message(ana, 'typo').waitFor()
    expect(await box(ana).inputValue()).toBe('half a thought')
    await box(ana).fill('')

    const deed = async (choice: string) => {
      await message(ana, 'typo').hover()
      await message(ana, 'typo').getByRole('button', { name: 'What to do with this message' }).click()
      await ana.getByRole('menuitem', { name: choice }).click()
    }
    await deed('Reply')
    await write(ana, 'I meant it')
    await message(ben, 'I meant it').locator('.quote', { hasText: 'typo' }).waitFor()
    // Waited for from before: it does not stay lit for long.
    const lit = ana.locator('article.lit').waitFor()
    await message(ana, 'I meant it').locator('.quote').click()
    await lit
    await expect.poll(() => ana.url()).toMatch(/\/r\/\d+\/m\/\d+$/)
    await ana.locator('article.lit').waitFor({ state: 'detached' })

    const original = ana.locator('article:not(:has(.quote))', { hasText: 'typo' })
    await original.hover()
    await original.getByRole('button', { name: 'What to do with this message' }).click()
    await ana.getByRole('menuitem', { name: 'Delete' }).click()
    await original.waitFor({ state: 'detached' })
    await ana.getByRole('button', { name: 'Undo' }).click()
    await original.waitFor()
    await original.hover()
    await original.getByRole('button', { name: 'What to do with this message' }).click()
    await ana.getByRole('menuitem', { name: 'Delete' }).click()
    await ben.locator('.gone', { hasText: 'This message was deleted.' }).waitFor()
    await message(ben, 'I meant it').locator('.quote', { hasText: 'This message was deleted.' }).waitFor()
  })

  it('delete though the page closes before the time to undo it is over, and without a connection', async () => {
    const { ana, ben, names } = await pair('enter', { serviceWorkers: 'allow' })
    for (const text of ['taken back', 'thought better of', 'and gone']) await write(ana, text)
    await status(ana, 'and gone')
      .filter({ hasText: /Sent|Delivered/ })
      .waitFor()
    await openRoom(ben, names[0])
    await message(ben, 'and gone').waitFor()
    const erase = async (text: string) => {
      await message(ana, text).focus()
      await ana.keyboard.press('Enter')
      await ana.getByRole('menu').waitFor()
      await ana.keyboard.press('End')
      await ana.keyboard.press('Enter')
      await message(ana, text).waitFor({ state: 'detached' })
    }
    const place = ana.url()
    await erase('taken back')
    await ana.goto('about:blank')
    await ben.getByText('This message was deleted.').first().waitFor()
    await ana.goto(place)
    await message(ana, 'thought better of').waitFor()

    // The server goes, the page after it: the next page, which opens before the server is back, does it then. Without a
    // network instead, the request of a page that closes may still go out when the network of its context is back.
    await ana.evaluate('navigator.serviceWorker.ready')
    const next = await ana.context().newPage()
    await stage.server.kill()
    await erase('thought better of')
    // A page that may still ask is closed some time after `close` has returned.
    await Promise.all([ana.waitForEvent('close'), ana.close({ runBeforeUnload: true })])
    await next.goto(stage.url)
    await next.locator('.banner').filter({ hasText: 'No connection' }).waitFor()
    expect(await ben.getByText('This message was deleted.').count()).toBe(1)
    await stage.server.restart()
    await Promise.all([next, ben].map(retry))
    await expect.poll(() => ben.getByText('This message was deleted.').count()).toBe(2)

    // What was undone stays, also when the page closes afterwards.
    await next.goto(place)
    await message(next, 'and gone').focus()
    await next.keyboard.press('Enter')
    await next.getByRole('menu').waitFor()
    await next.keyboard.press('End')
    await next.keyboard.press('Enter')
    await message(next, 'and gone').waitFor({ state: 'detached' })
    await next.keyboard.press('F8')
    await next.keyboard.press('Enter')
    await message(next, 'and gone').waitFor()
    await next.goto('about:blank')
    await write(ben, 'still there?')
    await message(ben, 'still there?').locator('.ticks', { hasText: 'Sent' }).waitFor()
    expect(await message(ben, 'and gone').count()).toBe(1)
  })

  it('have read what they read without a connection, though the page closes before there is one', async () => {
    const { ana, ben, names } = await pair()
    await write(ana, 'come and see')
    await status(ana, 'come and see').filter({ hasText: 'Sent' }).waitFor()
    await findAndOpen(ben, names[0])
    // Ana looks elsewhere while it comes.
    await ana.evaluate('document.hasFocus = () => false')
    await write(ben, 'seen on the train')
    await message(ana, 'seen on the train').waitFor()
    const next = await ana.context().newPage()
    await ana.context().setOffline(true)
    await ana.evaluate(`document.hasFocus = () => true, dispatchEvent(new Event('focus'))`)
    await expect.poll(() => ana.evaluate(`localStorage['parlour:unfinished'] ?? ''`)).toContain('"read"')
    await ana.close()
    await next.context().setOffline(false)
    await next.goto(stage.url)
    await status(ben, 'seen on the train').filter({ hasText: 'Read' }).waitFor()
    await expect.poll(() => next.evaluate(`localStorage['parlour:unfinished'] ?? ''`)).toBe('')
  })

  it('send a picture, which is seen, opened and closed', async () => {
    const { ana, ben, names } = await pair()
    await ana.locator('input[type=file]').setInputFiles({ name: 'dot.png', mimeType: 'image/png', buffer: PNG })
    await ana.locator('.tray img').waitFor()
    await write(ana, 'look')
    await openRoom(ben, names[0])
    const picture = message(ben, 'look').locator('img')
    await picture.waitFor()
    await expect.poll(() => ben.evaluate(`document.querySelector('article img').naturalWidth`)).toBe(1)
    await message(ben, 'look').getByRole('button', { name: 'Open image' }).click()
    await ben.getByRole('dialog').waitFor()
    await ben.keyboard.press('Escape')
    await ben.getByRole('dialog').waitFor({ state: 'detached' })
  })
})

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
