/** Two people who find, befriend, block and leave each other. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

/** The people page, on which it is said what there is to do about somebody. */
const toPeople = (page: Page) => page.getByRole('link', { name: 'People', exact: true }).click()
const person = (page: Page, name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name })
const deed = (page: Page, name: string, what: string) =>
  person(page, name).getByRole('button', { name: what, exact: true }).click()
const inList = (page: Page, name: string) => page.getByRole('navigation').getByRole('link').filter({ hasText: name })
const section = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

describe('two people', () => {
  it('become friends while both look on, part, are friends again, block and unblock', async () => {
    const tag = Math.random().toString(36).slice(2, 7)
    const names = { ana: `Ana ${tag}`, ben: `Ben ${tag}` }
    const [{ page: ana }, { page: ben }] = await Promise.all([stage.enter(names.ana), stage.enter(names.ben)])

    await toPeople(ana)
    await toPeople(ben)
    await ana.getByLabel('Find people by name or username').fill(names.ben)
    await deed(ana, names.ben, 'Add friend')
    await person(ana, names.ben).getByRole('button', { name: 'Withdraw request' }).waitFor()
    // Without anything being loaded anew.
    await section(ben, 'Want to be your friend').getByText(names.ana).waitFor()
    await ben.getByRole('link', { name: 'Notifications (1)' }).waitFor()
    await deed(ben, names.ana, 'Accept')
    await section(ben, 'Friends').getByText(names.ana).waitFor()
    await person(ana, names.ben).getByRole('button', { name: 'Unfriend' }).waitFor()
    await ana.getByLabel('Find people by name or username').fill('')
    await section(ana, 'Found').waitFor({ state: 'detached' })
    await section(ana, 'Friends').getByText(names.ben).waitFor()
    await inList(ana, names.ben).waitFor()
    await inList(ben, names.ana).waitFor()

    await deed(ana, names.ben, 'Unfriend')
    await section(ana, 'Friends').waitFor({ state: 'detached' })
    await ben.reload()
    await ben.getByLabel('Find people by name or username').fill(names.ana)
    await deed(ben, names.ana, 'Add friend')
    await section(ana, 'Want to be your friend').getByText(names.ben).waitFor()
    await deed(ana, names.ben, 'Accept')
    await section(ana, 'Friends').getByText(names.ben).waitFor()

    await openRoom(ana, names.ben)
    await openRoom(ben, names.ana)
    await write(ana, 'hello, friend')
    await message(ben, 'hello, friend').waitFor()
    await write(ben, 'hello')
    await message(ana, 'hello').nth(1).waitFor()
    await ben.getByRole('button', { name: new RegExp(`${names.ana}.*Online`) }).waitFor()
    await inList(ben, names.ana).locator('i.online').waitFor()

    await ana.getByRole('button', { name: 'Details' }).click()
    await ana.getByRole('complementary').getByRole('button', { name: 'Block' }).click()
    await ben
      .getByRole('main')
      .getByRole('button', { name: new RegExp(names.ana) })
      .filter({ hasNotText: 'Online' })
      .waitFor()
    await inList(ben, names.ana).locator('i.online').waitFor({ state: 'detached' })
    await write(ben, 'why so quiet')
    await message(ben, 'why so quiet').locator('.ticks', { hasText: 'Not sent' }).waitFor()
    await write(ana, 'nor can I')
    await message(ana, 'nor can I').locator('.ticks', { hasText: 'Not sent' }).waitFor()
    expect(await message(ana, 'why so quiet').count()).toBe(0)

    await toPeople(ana)
    await section(ana, 'Blocked').getByText(names.ben).waitFor()
    await deed(ana, names.ben, 'Unblock')
    await section(ana, 'Blocked').waitFor({ state: 'detached' })
    await inList(ben, names.ana).locator('i.online').waitFor()
    await message(ben, 'why so quiet').getByRole('button', { name: 'Try again' }).click()
    await message(ben, 'why so quiet').locator('.ticks', { hasText: 'Sent' }).waitFor()
    await openRoom(ana, names.ben)
    await message(ana, 'why so quiet').waitFor()

    // A block has ended the friendship too.
    await toPeople(ana)
    await ana.getByLabel('Find people by name or username').fill(names.ben)
    await person(ana, names.ben).getByRole('button', { name: 'Add friend' }).waitFor()
  })
})
