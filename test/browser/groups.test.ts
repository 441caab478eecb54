/** Three people in a group: how it is made, run, found, left, and what is told of it. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { asks, barriers, box, confirm, message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

const side = (page: Page) => page.getByRole('complementary', { name: 'Details' })
const inList = (page: Page, name: string) => page.getByRole('navigation').locator('.room-row', { hasText: name })
const member = (page: Page, name: string) => side(page).getByRole('listitem').filter({ hasText: name })

/** What the room says of itself, between what people write. */
const happened = (page: Page, text: string) => page.locator('.happened', { hasText: text }).first().waitFor()

/** What an admin does about a member. */
async function about(page: Page, name: string, what: string): Promise<void> {
  await side(page)
    .getByRole('button', { name: `What to do about ${name}` })
    .click()
  await page.getByRole('menuitem', { name: what }).click()
}

const details = async (page: Page) => {
  await page.getByRole('button', { name: 'Details' }).click()
  await side(page).waitFor()
}

const trio = async () => {
  const tag = Math.random().toString(36).slice(2, 7)
  const names = { ana: `Ana ${tag}`, ben: `Ben ${tag}`, cleo: `Cleo ${tag}`, group: `Gardeners ${tag}` }
  const [ana, ben, cleo] = await Promise.all([
    stage.enter(names.ana),
    stage.enter(names.ben),
    stage.enter(names.cleo, { viewport: { width: 390, height: 844 } }),
  ])
  return { ana: ana.page, ben: ben.page, cleo: cleo.page, names }
}

/** Makes a group with a picture and people, through its page. */
async function group(page: Page, name: string, people: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await page.getByRole('menuitem', { name: 'New group' }).click()
  const picture = { name: 'us.png', mimeType: 'image/png', buffer: await page.screenshot() }
  await page.locator('form input[type=file]').setInputFiles(picture)
  await page.getByLabel('Name of the group').fill(name)
  for (const each of people) {
    await page.getByLabel('Find people by name or username').fill(each)
    await page.getByRole('listitem').filter({ hasText: each }).getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('button', { name: `Take ${each} out` }).waitFor()
  }
  await page.getByRole('button', { name: 'Create group' }).click()
  await box(page).waitFor()
}

describe('a group', () => {
  it('is made, renamed and run by its owner, and left', async () => {
    const { ana, ben, cleo, names } = await trio()
    await group(ana, names.group, [names.ben, names.cleo])
    await inList(ben, names.group).locator('.avatar img').waitFor()
    await ben.getByRole('link', { name: 'Notifications (1)' }).waitFor()
    await openRoom(ben, names.group)
    await openRoom(cleo, names.group)
    await box(cleo).waitFor()

    await details(ana)
    await ana.getByRole('button', { name: 'Change name or picture' }).click()
    await ana.getByRole('dialog').getByLabel('Name of the group').fill(`Growers ${names.group}`)
    await ana.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    for (const page of [ana, ben, cleo])
      await page
        .getByRole('heading', { name: `Growers ${names.group}` })
        .first()
        .waitFor()
    await inList(ben, `Growers ${names.group}`).waitFor()
    await happened(ben, `${names.ana} named the group “Growers ${names.group}”`)
    await happened(ana, `You named the group “Growers ${names.group}”`)

    await details(ben)
    expect(await side(ben).getByRole('button', { name: 'Change name or picture' }).count()).toBe(0)
    await about(ana, names.ben, 'Make admin')
    await member(ana, names.ben).getByText('Admin').waitFor()
    await happened(ana, `${names.ben} is now an admin`)
    await happened(ben, 'You are now an admin')
    await side(ben).getByRole('button', { name: 'Change name or picture' }).waitFor()
    await side(ben).getByRole('button', { name: 'Add people' }).waitFor()
    await about(ana, names.ben, 'No longer admin')
    await side(ben).getByRole('button', { name: 'Change name or picture' }).waitFor({ state: 'detached' })

    await about(ana, names.cleo, 'Remove from group')
    await ana.keyboard.press('Escape')
    await member(ana, names.cleo).waitFor()
    await about(ana, names.cleo, 'Remove from group')
    await confirm(ana, 'Remove from group')
    await member(ana, names.cleo).waitFor({ state: 'detached' })
    await cleo.getByText(`You are no longer a member of “Growers ${names.group}”.`).waitFor()
    expect(await box(cleo).count()).toBe(0)
    await ana.getByText(/^2 members · /).waitFor()
    await happened(ben, `${names.ana} removed ${names.cleo}`)
    await inList(cleo, names.group).waitFor({ state: 'detached' })
    await side(ana).getByRole('button', { name: 'Add people' }).click()
    const dialog = ana.getByRole('dialog', { name: 'Add people' })
    await dialog.getByLabel('Find people by name or username').fill(names.cleo)
    await dialog.getByRole('button', { name: 'Add', exact: true }).click()
    await dialog.getByRole('button', { name: 'Add people' }).click()
    // The dialog stands in the panel and lists whom it adds.
    await dialog.waitFor({ state: 'hidden' })
    await member(ana, names.cleo).waitFor()
    await cleo.goto(stage.url)
    await openRoom(cleo, names.group)
    await write(cleo, 'back again')
    await message(ben, 'back again').waitFor()
    await happened(cleo, `${names.ana} added you`)
    await cleo.locator('.happened').getByRole('button', { name: names.ana }).last().click()
    await cleo.getByRole('dialog', { name: `About ${names.ana}` }).waitFor()
    await cleo.keyboard.press('Escape')
    expect(
      await ben
        .getByRole('navigation')
        .getByText(/added|removed/)
        .count(),
    ).toBe(0)
    expect(await barriers(ben)).toEqual([])

    await side(ben).getByRole('button', { name: 'Leave group' }).click()
    await confirm(ben, 'Leave group')
    await inList(ben, names.group).waitFor({ state: 'detached' })
    await ben.getByText(`You left “Growers ${names.group}”.`).waitFor()
    expect(await box(ben).count()).toBe(0)
    await message(ben, 'back again').waitFor()
    await member(ana, names.ben).waitFor({ state: 'detached' })
    await happened(ana, `${names.ben} left`)
  })

  it('keeps out who is banned, also by its link, until the ban is lifted', async () => {
    const { ana, ben, cleo, names } = await trio()
    await group(ana, names.group, [names.ben])
    await details(ana)
    await side(ana).getByRole('button', { name: 'Make a link' }).click()
    const link = await ana.getByRole('textbox', { name: 'Invitation link' }).inputValue()
    await openRoom(ben, names.group)
    await box(ben).waitFor()
    await about(ana, names.ben, 'Ban')
    await confirm(ana, 'Ban')
    await ben.getByText(`You are no longer a member of “${names.group}”.`).waitFor()
    const banned = side(ana).locator('section', { has: ana.getByRole('heading', { name: 'Banned' }) })
    await banned.getByText(names.ben).waitFor()
    await banned.getByText(/^@/).waitFor()
    await inList(ben, names.group).waitFor({ state: 'detached' })

    await ben.goto(stage.url + new URL(link).pathname)
    await ben.getByRole('heading', { name: 'This invitation does not lead anywhere.' }).waitFor()
    await ben.getByText(/banned/i).waitFor()
    expect(await inList(ben, names.group).count()).toBe(0)
    await side(ana).getByRole('button', { name: 'Lift ban' }).click()
    await side(ana).getByRole('heading', { name: 'Banned' }).waitFor({ state: 'detached' })
    await ben.reload()
    await ben.getByRole('button', { name: 'Join', exact: true }).click()
    await write(ben, 'forgiven')
    await message(ana, 'forgiven').waitFor()

    await side(ana).getByText('Used once.').waitFor()
    await side(ana).getByRole('button', { name: 'Revoke' }).click()
    await confirm(ana, 'Revoke')
    await side(ana).getByRole('button', { name: 'Make a link' }).waitFor()
    await cleo.goto(stage.url + new URL(link).pathname)
    await cleo.getByRole('heading', { name: 'This invitation does not lead anywhere.' }).waitFor()
  })

  it('is pinned, muted, found by its name, and tells who has read and who is meant', async () => {
    const { ana, ben, cleo, names } = await trio()
    await group(ana, names.group, [names.ben, names.cleo])
    const { id } = await asks(stage.url, ana, 'POST', '/chatrooms/', { room_name: `Later ${names.group}` })
    const rows = ana.getByRole('navigation').locator('.room-row b')
    await expect.poll(() => rows.allTextContents()).toEqual([`Later ${names.group}`, names.group])
    await details(ana)
    await side(ana).getByRole('button', { name: 'Pin', exact: true }).click()
    await expect.poll(() => rows.allTextContents()).toEqual([names.group, `Later ${names.group}`])
    await side(ana).getByRole('button', { name: 'Mute', exact: true }).click()
    await inList(ana, names.group).filter({ hasText: 'Muted' }).first().waitFor()

    // A person is offered first, and a group that has another name says who is in it.
    await ana.keyboard.press('Control+k')
    await ana.keyboard.type(names.ben)
    await ana
      .getByRole('option')
      .filter({ hasText: `with ${names.ben}` })
      .waitFor()
    const offered = await ana.getByRole('option').allTextContents()
    expect(offered[0]).toContain(names.ben)
    expect(offered[1]).toContain(names.group)
    await ana.keyboard.press('Control+a')
    await ana.keyboard.type(`later ${names.group}`)
    await expect.poll(() => ana.getByRole('option').count()).toBe(1)
    await ana.keyboard.press('Enter')
    await expect.poll(() => ana.url()).toMatch(new RegExp(`/r/${id}$`))
    await ana.getByRole('heading', { name: `Later ${names.group}` }).waitFor()

    // Muted: what is said does not ring, being named does.
    await openRoom(ben, names.group)
    await write(ben, 'nobody in particular')
    await inList(ana, names.group).locator('.count').waitFor()
    const profile = (await asks(stage.url, ana, 'GET', '/profile/')) as unknown as { username: string }
    await write(ben, `@${profile.username} you are meant`)
    await ana.getByRole('link', { name: 'Notifications (1)' }).click()
    const news = ana.getByRole('main').getByRole('listitem')
    await news.filter({ hasText: 'you are meant' }).waitFor()
    expect(await news.filter({ hasText: 'nobody in particular' }).count()).toBe(0)
    await news.getByRole('button', { name: /you are meant/ }).click()
    await message(ana, 'you are meant').waitFor()
    await ana.getByRole('link', { name: 'Notifications', exact: true }).waitFor()
    await cleo.getByRole('link', { name: /^Notifications \(\d\)/ }).click()
    await cleo.getByRole('button', { name: 'Mark all as read' }).click()
    await cleo.getByRole('button', { name: 'Mark all as read' }).waitFor({ state: 'detached' })

    await message(ben, 'you are meant').getByRole('button', { name: 'Read by 1' }).click()
    const readers = ben.getByRole('dialog', { name: 'Read by' })
    await readers.getByText(names.ana).waitFor()
    expect(await readers.getByText(names.cleo).count()).toBe(0)
    await ben.keyboard.press('Escape')
    await cleo.goto(stage.url)
    await openRoom(cleo, names.group)
    await message(ben, 'you are meant').getByRole('button', { name: 'Read by 2' }).waitFor()
  })
})
