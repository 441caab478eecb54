/** Two people from the address of the app to a conversation, and what may befall it. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { box, findAndOpen, message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

const status = (page: Page, text: string) => message(page, text).locator('.ticks')

async function pair(): Promise<{ ana: Page; ben: Page; names: [string, string] }> {
  const tag = Math.random().toString(36).slice(2, 7)
  const names: [string, string] = [`Ana ${tag}`, `Ben ${tag}`]
  const { page: ana } = await stage.enter(names[0])
  const { page: ben } = await stage.enter(names[1], { viewport: { width: 390, height: 844 } })
  await findAndOpen(ana, names[1])
  return { ana, ben, names }
}

const SCROLLER = 'section[aria-label="Messages"]'

describe('two people', () => {
  it('who never met talk within a minute, and see that they are read', async () => {
    const began = Date.now()
    const { ana, ben, names } = await pair()
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

  it('see a message at once, with a clock until the server has it', async () => {
    const { ana, ben, names } = await pair()
    await write(ana, 'before')
    await status(ana, 'before').filter({ hasText: 'Sent' }).waitFor()
    await openRoom(ben, names[0])
    await stage.server.kill()
    await write(ana, 'while nobody answers')
    await status(ana, 'while nobody answers').filter({ hasText: 'Sending' }).waitFor({ timeout: 1_000 })
    await ana.getByText(/No connection/).waitFor({ timeout: 10_000 })
    await stage.server.restart()
    await ana
      .getByRole('button', { name: 'Retry now' })
      .click({ timeout: 2_000 })
      .catch(() => undefined)
    await status(ana, 'while nobody answers').filter({ hasNotText: 'Sending' }).waitFor({ timeout: 40_000 })
    await message(ben, 'while nobody answers').waitFor({ timeout: 40_000 })
    expect(await message(ben, 'while nobody answers').count()).toBe(1)
    expect(await message(ana, 'while nobody answers').count()).toBe(1)
    // Each connection comes back by its own back-off, and one may have to try again on a busy machine.
    await ana.getByText(/No connection/).waitFor({ state: 'detached', timeout: 40_000 })
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
    await ana.locator('article.lit').waitFor({ state: 'detached', timeout: 5_000 })

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
    await ben.getByText('This message was deleted.').waitFor({ timeout: 12_000 })
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

describe('a long history', () => {
  it('loads upwards without moving what is read', async () => {
    const { ana } = await pair()
    await write(ana, 'line 0')
    await status(ana, 'line 0').waitFor()
    const room = Number(/\/r\/(\d+)/.exec(ana.url())?.[1])
    await fill(ana, room, 150)
    await ana.reload()
    await message(ana, 'line 150').waitFor()
    await ana.waitForTimeout(500)
    const height = () => ana.evaluate(`document.querySelector('${SCROLLER}').scrollHeight`) as Promise<number>
    const before = await height()
    // What is asked for does not come before it is known what is being read.
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await ana.route(/\/messages\/\?/, async (route) => {
      await released
      await route.continue()
    })
    const asked = ana.waitForRequest(/\/messages\/\?/)
    // Near enough to the beginning that more is asked for.
    await ana.evaluate(`void (document.querySelector('${SCROLLER}').scrollTop = 700)`)
    await asked
    await ana.waitForTimeout(500)
    const seen = (await ana.evaluate(`(() => {
      const edge = document.querySelector('${SCROLLER}').getBoundingClientRect()
      const first = [...document.querySelectorAll('article')].find((each) => each.getBoundingClientRect().top > edge.top + 100)
      return { key: first.dataset.key, top: first.getBoundingClientRect().top }
    })()`)) as { key: string; top: number }
    release()
    await expect.poll(height, { timeout: 10_000 }).toBeGreaterThan(before + 1_000)
    await ana.waitForTimeout(500)
    const top = (await ana.evaluate(
      `document.querySelector('article[data-key="${seen.key}"]').getBoundingClientRect().top`,
    )) as number
    expect(Math.abs(top - seen.top)).toBeLessThanOrEqual(2)
    await ana.getByRole('button', { name: /Latest/ }).click()
    await message(ana, 'line 150').waitFor()
  })
})

/** Writes many messages as the person of a page, by the API. */
async function fill(page: Page, room: number, count: number): Promise<void> {
  const kept = (await page.evaluate(
    `Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]`,
  )) as string
  const access = /"access":"([^"]+)"/.exec(kept)?.[1] ?? ''
  for (let line = 1; line <= count; line++) {
    const response = await fetch(`${stage.url}/api/chatrooms/${room}/messages/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
      body: JSON.stringify({ content: `line ${line}` }),
    })
    expect(response.status).toBe(201)
  }
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
