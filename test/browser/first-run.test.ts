/** The first minute of somebody who has read nothing: `npm start`, the address, a conversation. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { projectNode } from '../../scripts/wrangler.mjs'
import { barriers, box, message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

const seed = (url: string, ...args: string[]) => {
  const script = fileURLToPath(new URL('../../scripts/seed.ts', import.meta.url))
  return promisify(execFile)(projectNode(), [script, '--url', url, ...args])
}

const demo = (page: Page) => page.getByRole('region', { name: 'Try it as somebody' })

describe('a first run', () => {
  it('leads from the address to a conversation of two, in two tabs of one window, within a minute', async () => {
    const ana = await stage.visit()
    await ana.getByRole('heading', { name: 'Make an account' }).waitFor()
    expect(await demo(ana).count()).toBe(0)

    const began = Date.now()
    const making = seed(stage.url, '--when-empty')
    await demo(ana).waitFor()
    const seeded = Date.now()
    await making
    expect(await barriers(ana)).toEqual([])
    expect(await demo(ana).getByRole('link').count()).toBe(6)
    await demo(ana).getByRole('link', { name: /Ana/ }).click()
    const [ben] = await Promise.all([
      ana.context().waitForEvent('page'),
      ana.getByRole('link', { name: 'Open a second tab as Ben' }).click(),
    ])
    for (const [page, other] of [
      [ana, 'Ben Okafor'],
      [ben, 'Ana Lindqvist'],
    ] as const) {
      await openRoom(page, other)
      await box(page).waitFor()
    }
    await message(ana, 'Are you there now?').waitFor()
    await write(ana, 'Yes, with the ladder.')
    await message(ben, 'Yes, with the ladder.').waitFor()
    await write(ben, 'Perfect, hold it.')
    await message(ana, 'Perfect, hold it.').waitFor()
    const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
    const now = Date.now()
    console.log(`a conversation ${seconds(began, now)} s after the address, ${seconds(seeded, now)} s after the choice`)
    expect(now - began).toBeLessThan(60_000)

    // Each tab stays who it is, over a reload as well.
    await Promise.all([ana.reload(), ben.reload()])
    await ana.getByText('You are Ana Lindqvist, in this tab only.').waitFor()
    await ben.getByText('You are Ben Okafor, in this tab only.').waitFor()
  })

  it('shows lists with something in them: pictures, unread, pinned, muted, asked', async () => {
    const ana = await stage.visit('/?demo=ana')
    const list = ana.getByRole('navigation', { name: 'Conversations' })
    await list.getByRole('link').filter({ hasText: 'Allotment 12' }).waitFor()
    const first = list.locator('.room-row').first()
    expect(await first.textContent()).toContain('Allotment 12')
    await list.locator('.room-row.muted', { hasText: 'Sunday rides' }).waitFor()
    await list.locator('.room-row.unread', { hasText: 'Dilip Chandra' }).waitFor()
    await openRoom(ana, 'Allotment 12')
    const picture = message(ana, 'One pane broke').locator('img')
    await picture.waitFor()
    await expect.poll(() => ana.evaluate(`document.querySelector('article img').naturalWidth`)).toBeGreaterThan(0)
    await ana.getByRole('link', { name: 'People', exact: true }).click()
    await ana.getByRole('heading', { name: 'Want to be your friend' }).waitFor()
    await ana
      .getByRole('listitem')
      .filter({ hasText: 'Farid Haddad' })
      .getByRole('button', { name: 'Accept' })
      .waitFor()
  })

  it('is made once: seeding again adds nothing', async () => {
    const { stdout } = await seed(stage.url)
    expect(stdout).toContain('there already')
    const answer = (await (await fetch(`${stage.url}/dev/demo/`)).json()) as { people: unknown[] }
    expect(answer.people).toHaveLength(6)
  })
})

describe('a store where somebody has an account', () => {
  const other = Stage.raise()

  it('is left alone', async () => {
    const { page } = await other.join('Somebody Else')
    await page.getByRole('heading', { name: 'Welcome, Somebody' }).waitFor()
    await seed(other.url, '--when-empty')
    const answer = (await (await fetch(`${other.url}/dev/demo/`)).json()) as { people: unknown[]; empty: boolean }
    expect(answer).toMatchObject({ people: [], empty: false })
  })
})
