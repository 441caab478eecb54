/** The administration, as staff and as others meet it. */
import { describe, expect, it } from 'vitest'
import { asks, barriers, box, findAndOpen, message, Stage, write } from './stage.ts'

const stage = Stage.raise({ vars: { STORAGE_PER_PERSON: '3 MB', STORAGE_PER_ROOM: '3 MB' } })

describe.each(['light', 'dark'] as const)('the administration in %s colours', (colorScheme) => {
  it('shows staff the numbers, the people, the rooms and the log, and no page has a barrier', async () => {
    const { page } = await stage.enter(`Elif ${colorScheme}`, { colorScheme, reducedMotion: 'reduce', staff: true })
    await page.getByRole('button', { name: 'Start a conversation' }).click()
    await page.getByRole('menuitem', { name: 'Administration' }).click()
    await page.locator('.tile').first().waitFor()
    expect(await barriers(page)).toEqual([])
    const sections = page.getByRole('navigation', { name: 'Administration' })
    for (const name of ['People', 'Rooms', 'Log']) {
      await sections.getByRole('link', { name }).click()
      await page.locator('.listing, .none').first().waitFor()
      expect(await sections.locator('[aria-current=page]').textContent()).toBe(name)
      expect(await barriers(page), name).toEqual([])
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await sections.getByRole('link', { name: 'People' }).click()
    await page
      .getByRole('list', { name: 'People' })
      .getByRole('link', { name: new RegExp(`Elif ${colorScheme}`) })
      .first()
      .click()
    await page.getByText('This is you.').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await barriers(page)).toEqual([])
  })
})

describe('staff', () => {
  it('disable somebody, who is out at once, and let them in again', async () => {
    const { page } = await stage.enter('Grace Staff', { staff: true })
    const { page: tom, name, email } = await stage.enter('Tom Trouble')
    await tom.getByRole('heading', { name: 'Welcome, Tom' }).waitFor()
    await page.goto(`${stage.url}/admin/people`)
    await page.getByLabel('Find by name, address or id').fill(email)
    await page.getByRole('link', { name: new RegExp(name) }).click()
    await page.getByRole('button', { name: 'Disable account' }).click()
    const dialog = page.getByRole('dialog', { name: 'Disable Tom Trouble?' })
    await dialog.waitFor()
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
    await tom.getByRole('heading', { name: 'Welcome, Tom' }).waitFor()

    await page.getByRole('button', { name: 'Disable account' }).click()
    await dialog.getByRole('button', { name: 'Disable account' }).click()
    await page.getByText('Disabled since').waitFor()
    await page.getByRole('list', { name: 'In the log' }).getByText('disabled').waitFor()
    await tom.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await page.getByRole('button', { name: 'Enable account' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Enable account' }).click()
    await page.getByRole('button', { name: 'Disable account' }).waitFor()
  })

  it('delete a room for everybody', async () => {
    const { page } = await stage.enter('Grace Other', { staff: true })
    const { page: ana } = await stage.enter('Ana Owner')
    await stage.enter('Ben Member')
    await findAndOpen(ana, 'Ben Member')
    await write(ana, 'soon gone')
    await ana.goto(`${stage.url}/groups/new`)
    await ana.getByLabel('Name of the group').fill('Short-lived')
    await ana.getByRole('button', { name: 'Create group' }).click()
    await box(ana).waitFor()
    await page.goto(`${stage.url}/admin/rooms`)
    await page.getByLabel('Find by name or id').fill('short-l')
    await page.getByRole('link', { name: /Short-lived/ }).click()
    await page.getByText('Stored').waitFor()
    await page.getByRole('button', { name: 'Delete room' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete room' }).click()
    await page.waitForURL('**/admin/rooms')
    await ana
      .getByRole('navigation')
      .getByRole('link')
      .filter({ hasText: 'Short-lived' })
      .waitFor({ state: 'detached' })
    await page.getByLabel('Find by name or id').fill('short-l')
    await page.getByText('Nothing here is like this.').waitFor()
  })
})

describe('storage', () => {
  it('that is nearly used up is said in the settings, in the room, and to staff; what does not fit is refused', async () => {
    const { page } = await stage.enter('Hana Hoarder')
    const { id } = await asks(stage.url, page, 'POST', '/chatrooms/', { room_name: 'Attic' })
    await page.goto(`${stage.url}/settings`)
    await page.getByText('0 byte of 3 MB used').waitFor()
    await page.goto(`${stage.url}/r/${id}`)
    const attach = async (name: string) => {
      const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(2_700_000, 7) }
      await page.locator('input[type=file]').first().setInputFiles(file)
      await write(page, `here is ${name}`)
    }
    await attach('first.bin')
    await message(page, 'here is first.bin').waitFor()
    await page.getByRole('link', { name: 'Notifications (2)' }).click()
    await page.getByText('Your images and files take 2.7 MB of 3.0 MB.').first().waitFor()
    await page.getByText('This room takes').first().waitFor()
    await page.getByRole('button', { name: 'Mark all as read' }).click()
    await page.goto(`${stage.url}/r/${id}`)
    await attach('second.bin')
    await page
      .getByText(/take 2\.7 MB of 3\.0 MB/)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Details' }).click()
    const note = page.getByRole('complementary').getByRole('status').filter({ hasText: 'Nearly full.' })
    await note.waitFor()
    expect(await barriers(page)).toEqual([])
    await page.goto(`${stage.url}/settings`)
    await page.getByRole('status').filter({ hasText: 'Nearly full.' }).waitFor()
    await page.getByRole('meter', { name: '2.7 MB of 3 MB used' }).waitFor()
    expect(await barriers(page)).toEqual([])

    const { page: staff } = await stage.enter('Stella Staff', { staff: true })
    await staff.goto(`${stage.url}/admin/`)
    const section = (title: string) =>
      staff.locator('section').filter({ has: staff.getByRole('heading', { name: title, exact: true }) })
    await section('Stored').getByText('People near their quota').waitFor()
    await section('People who store most').getByRole('link', { name: 'Hana Hoarder' }).click()
    await staff.getByText('2.7 MB').waitFor()
  })
})

describe('everybody else', () => {
  it('is told that the page is not for them, and shown no way to it', async () => {
    const { page } = await stage.enter('Nosy Person')
    await page.getByRole('button', { name: 'Start a conversation' }).click()
    await page.getByRole('menuitem', { name: 'Find people' }).waitFor()
    expect(await page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0)
    await page.goto(`${stage.url}/admin/people`)
    await page.getByRole('heading', { name: 'This page is not for you' }).waitFor()
    expect(await page.getByRole('navigation', { name: 'Administration' }).count()).toBe(0)
    expect(await barriers(page)).toEqual([])
    await page.getByRole('link', { name: 'Back to the conversations' }).click()
    await page.getByRole('heading', { name: 'Welcome, Nosy' }).waitFor()
  })
})
