/** Two people who find, befriend, block and leave each other. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { asks, barriers, box, confirm, message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

/** The people page, on which it is said what there is to do about somebody. */
const toPeople = (page: Page) => page.getByRole('link', { name: 'People', exact: true }).click()
const person = (page: Page, name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name })
const deed = (page: Page, name: string, what: string) =>
  person(page, name).getByRole('button', { name: what, exact: true }).click()
const inList = (page: Page, name: string) => page.getByRole('navigation').getByRole('link').filter({ hasText: name })
const section = (page: Page, title: string) =>
  page.locator('section').filter({ has: page.getByRole('heading', { name: title, exact: true }) })

describe('a card', () => {
  it('stands behind every face and name: who it is, a way to write, mute and block, and what is so', async () => {
    const tag = Math.random().toString(36).slice(2, 7)
    const names = { ana: `Ana ${tag}`, ben: `Ben ${tag}` }
    const [{ page: ana }, { page: ben }] = await Promise.all([stage.enter(names.ana), stage.enter(names.ben)])
    await asks(stage.url, ben, 'PATCH', '/profile/', { bio: 'Draws bridges.' })
    const { id, username } = (await asks(stage.url, ben, 'GET', '/profile/')) as { id: number; username: string }
    const { id: room } = await asks(stage.url, ana, 'POST', '/chatrooms/', {
      room_name: `Bridges ${tag}`,
      participant_ids: [id],
    })
    await ben.goto(`${stage.url}/r/${room}`)
    const me = (await asks(stage.url, ana, 'GET', '/profile/')) as unknown as { username: string }
    await write(ben, `hello @${me.username}, and @${username} too`)
    await ana.goto(`${stage.url}/r/${room}`)
    const said = message(ana, 'hello')
    const card = ana.getByRole('dialog', { name: `About ${names.ben}` })
    const about = async (open: () => Promise<void>) => {
      await open()
      await card.getByText('Draws bridges.').waitFor()
      await card.getByText(`@${username}`).waitFor()
    }
    await about(() => said.locator('.of-author').click())
    expect(await barriers(ana)).toEqual([])
    await ana.keyboard.press('Escape')
    await card.waitFor({ state: 'detached' })
    await about(() => said.locator('.face button').click())
    await ana.keyboard.press('Escape')
    await about(async () => {
      await said.locator('.mention', { hasText: username }).focus()
      await ana.keyboard.press('Enter')
    })
    await ana.keyboard.press('Escape')
    await ana.getByRole('button', { name: 'Details', exact: true }).click()
    await about(() => ana.getByRole('complementary').getByRole('button', { name: names.ben }).first().click())

    // A way to write, and from there mute and block with their states.
    await card.getByRole('button', { name: 'Message' }).click()
    await box(ana).waitFor()
    await ana.getByRole('button', { name: 'Details', exact: true }).click()
    await ana.getByRole('complementary').getByText('Draws bridges.').waitFor()
    await ana.goto(`${stage.url}/notifications`)
    await about(() =>
      ana
        .getByRole('main')
        .getByRole('button', { name: `About ${names.ben}` })
        .first()
        .click(),
    )
    await card.getByRole('button', { name: 'Mute' }).click()
    await card.getByRole('button', { name: 'Unmute', pressed: true }).waitFor()
    await card.getByRole('button', { name: 'Block' }).click()
    await confirm(ana, 'Block')
    await card.getByText(`You blocked ${names.ben}.`).waitFor()
    expect(await card.getByRole('button', { name: 'Message' }).count()).toBe(0)
    await card.getByRole('button', { name: 'Unblock' }).click()
    await card.getByRole('button', { name: 'Message' }).waitFor()
  })
})

describe('people who do not load', () => {
  it('are not taken for nobody, and are asked for again', async () => {
    const { page } = await stage.enter('Ana Alone')
    await page.route('**/api/friends/**', (route) => route.abort())
    await toPeople(page)
    await page.getByRole('alert').filter({ hasText: 'The people did not load.' }).waitFor()
    expect(await page.getByText(/People you befriend are listed here/).count()).toBe(0)
    await page.unroute('**/api/friends/**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(/People you befriend are listed here/).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })
})

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
    await confirm(ana, 'Unfriend')
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
    await ana.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await ana.getByRole('dialog').waitFor({ state: 'detached' })
    await ana.getByRole('complementary').getByRole('button', { name: 'Block' }).click()
    await confirm(ana, 'Block')
    await ben
      .getByRole('main')
      .getByRole('button', { name: new RegExp(names.ana) })
      .filter({ hasNotText: 'Online' })
      .waitFor()
    await inList(ben, names.ana).locator('i.online').waitFor({ state: 'detached' })
    await write(ben, 'why so quiet')
    await message(ben, 'why so quiet').locator('.ticks', { hasText: 'Not sent' }).waitFor()
    await ana.getByText(`You blocked ${names.ben}.`).waitFor()
    expect(await box(ana).count()).toBe(0)
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
    await box(ana).waitFor()

    // Blocking and taking it back, where one talks.
    await ana.getByRole('button', { name: 'Details', exact: true }).click()
    await ana.getByRole('complementary').getByRole('button', { name: 'Block' }).click()
    await confirm(ana, 'Block')
    await ana.locator('.standing').getByRole('button', { name: 'Unblock' }).click()
    await box(ana).waitFor()

    // A block has ended the friendship too.
    await toPeople(ana)
    await ana.getByLabel('Find people by name or username').fill(names.ben)
    await person(ana, names.ben).getByRole('button', { name: 'Add friend' }).waitFor()
  })
})
