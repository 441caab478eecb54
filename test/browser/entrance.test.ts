/** A life of an account: made, verified, left, found again, shown to others, and erased. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { asks, box, findAndOpen, message, openRoom, PASSWORD, type Someone, Stage, write } from './stage.ts'

/** Its people have their addresses at example.com; to register there is to prove the address. */
const stage = Stage.raise({ vars: { REGISTRATION: 'domain:example.com' } })

interface Mail {
  to: string
  text: string
}

const mailTo = async (address: string): Promise<Mail[]> => {
  const response = await fetch(`${stage.url}/dev/mail/`)
  return ((await response.json()) as Mail[]).filter(({ to }) => to === address)
}

/** The code in the newest of so many mails to somebody. */
async function codeFor(address: string, mails: number): Promise<string> {
  await expect.poll(async () => (await mailTo(address)).length).toBe(mails)
  const [newest] = await mailTo(address)
  return /\b\d{6}\b/.exec(newest?.text ?? '')?.[0] ?? ''
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

async function giveCode(page: Page, code: string, button: string): Promise<void> {
  await page.getByLabel('Code').fill(code)
  await press(page, button)
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail or username').fill(email)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Sign in')
}

/** Chooses whether signing in asks for a code, and waits until the server knows. */
async function askForCode(page: Page, on: boolean): Promise<void> {
  const changed = page.waitForResponse((response) => response.request().method() === 'PATCH' && response.ok())
  await page.getByRole('checkbox', { name: 'Ask for a code when signing in' }).click()
  if (!on) await confirmByPassword(page, 'Ask for a code when signing in', 'Do not ask any more')
  await changed
}

/** Is refused with a wrong password in the dialog of this title, then gives the right one. */
async function confirmByPassword(page: Page, title: string, button: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: title })
  for (const password of ['not this one', PASSWORD]) {
    await dialog.getByLabel('Password').fill(password)
    await dialog.getByRole('button', { name: button }).click()
    if (password !== PASSWORD) await dialog.locator('.form-error').waitFor()
  }
  await dialog.waitFor({ state: 'detached' })
}

const inside = (page: Page) => page.getByRole('navigation', { name: 'Conversations' }).waitFor()

/** Somebody whose address has been verified with the code that was mailed. */
async function verified(name: string): Promise<Someone> {
  const someone = await stage.join(name)
  await someone.page.getByRole('heading', { name: 'Check your mail' }).waitFor()
  const code = await codeFor(someone.email, 1)
  await giveCode(someone.page, code, 'Verify')
  await inside(someone.page)
  return someone
}

describe('an account', () => {
  it('is verified, asks for a code where it is told to, and is found again when its password is not', async () => {
    const { page, email } = await stage.join('Ana Entering')
    await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
    const code = await codeFor(email, 1)
    await giveCode(page, code === '111111' ? '222222' : '111111', 'Verify')
    await page.locator('.form-error').waitFor()
    await giveCode(page, code, 'Verify')
    await inside(page)

    await page.goto(`${stage.url}/settings`)
    await askForCode(page, true)
    await press(page, 'Sign out')
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await signIn(page, email, PASSWORD)
    await page.getByRole('heading', { name: 'Enter your code' }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    await giveCode(page, await codeFor(email, 2), 'Sign in')
    await inside(page)
    await askForCode(page, false)
    await press(page, 'Sign out')

    await press(page, 'Forgot your password?')
    await page.getByLabel('E-mail').fill(email)
    await press(page, 'Send code')
    await page.getByLabel('Code').fill(await codeFor(email, 3))
    await page.getByLabel('New password').fill('another horse entirely')
    await press(page, 'Set password')
    await page.getByText('Your password is set.').waitFor()
    await signIn(page, email, PASSWORD)
    await page.locator('.form-error').waitFor()
    await signIn(page, email, 'another horse entirely')
    await inside(page)
  })

  it('asks for another address with its password, and is taken back with the code that the old one got', async () => {
    const { page, email } = await verified('Mia Moving')
    await page.goto(`${stage.url}/settings`)
    const theirs = `moved-${email}`
    const form = page.locator('form').filter({ has: page.getByRole('heading', { name: 'Change e-mail address' }) })
    await form.getByText(email).waitFor()
    for (const password of ['', 'not this one', PASSWORD]) {
      await form.getByLabel('New e-mail address').fill(theirs)
      await form.getByLabel('Present password').fill(password)
      await form.getByRole('button', { name: 'Send code' }).click()
      if (password !== PASSWORD) await form.locator('.form-error').waitFor()
    }
    await page.getByText(`We sent a code to ${theirs}.`).waitFor()
    const otp = await codeFor(theirs, 1)
    // What is asked for is still there after a reload, with a place for its code.
    await page.reload()
    await page.getByText(`Your address becomes ${theirs} when you enter the code`).waitFor()
    await form.getByText(`Your address is ${email}. It is verified.`).waitFor()
    await page.getByLabel('Code', { exact: true }).fill('12')
    await press(page, 'Verify')
    await page.getByText('Enter the six digits.').waitFor()
    await page.getByLabel('Code', { exact: true }).fill(otp)
    await page.getByLabel('Code', { exact: true }).press('Enter')
    await form.getByText(`Your address is ${theirs}. It is verified.`).waitFor()
    expect(await page.getByLabel('Code', { exact: true }).count()).toBe(0)
    await expect.poll(async () => (await mailTo(email)).length).toBe(3)
    const [wayBack] = (await mailTo(email)).flatMap(({ text }) => /(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}/.exec(text) ?? [])

    const far = await stage.visit()
    await press(far, 'Sign in')
    await press(far, 'Forgot your password?')
    await press(far, 'I have a code already')
    await far.getByLabel('E-mail').fill(email)
    await far.getByLabel('Code').fill(wayBack ?? '')
    await far.getByLabel('New password').fill('another horse entirely')
    await press(far, 'Set password')
    await far.getByText('Your password is set.').waitFor()
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await signIn(far, email, 'another horse entirely')
    await inside(far)
  })

  it('says in which circles it is shown and who may add it to groups', async () => {
    const { page } = await verified('Pia Private')
    await page.goto(`${stage.url}/settings`)
    const section = page.getByRole('region', { name: 'Privacy' })
    for (const [legend, circle] of [
      ['Who may add me to groups', 'Friends'],
      ['Who sees when I am online', 'Nobody'],
    ] as const) {
      const choice = section.getByRole('group', { name: legend })
      expect(await choice.getByLabel('Everyone').isChecked()).toBe(true)
      const changed = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.ok())
      await choice.getByLabel(circle).check()
      await changed
      await page.reload()
      expect(await choice.getByLabel(circle).isChecked()).toBe(true)
    }
  })

  it('is made with an address of the domain, or with an invitation', async () => {
    const staff = await verified('Sam Staff')
    await stage.makeStaff(staff.email)
    const invite = await asks(stage.url, staff.page, 'POST', '/admin/invites/', {})
    const { url } = invite as unknown as { url: string }
    const fill = async (page: Page, name: string) => {
      await page.getByLabel('Your name').fill(name)
      await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@elsewhere.test`)
      await page.getByLabel('Password').fill(PASSWORD)
      await press(page, 'Join')
    }
    const stranger = await stage.visit()
    await stranger.getByText('An address at example.com.').waitFor()
    await fill(stranger, 'Otto')
    await stranger.getByText('Only addresses at example.com can make an account here.').waitFor()
    await stranger.getByLabel('Invitation').fill('made up')
    await press(stranger, 'Join')
    await stranger.getByText('This invitation is not valid').waitFor()
    const { pathname, search } = new URL(url)
    const guest = await stage.visit(pathname + search)
    await fill(guest, 'Gina')
    await guest.getByRole('heading', { name: 'Check your mail' }).waitFor()
  })

  it('lists where it is signed in, and ends it there at once', async () => {
    const { page, email } = await verified('Cleo Elsewhere')
    const far = await stage.visit()
    await press(far, 'Sign in')
    await signIn(far, email, PASSWORD)
    await inside(far)
    await page.goto(`${stage.url}/settings`)
    const devices = page.getByRole('listitem').filter({ has: page.locator('b') })
    await devices.filter({ hasText: 'This device' }).waitFor()
    const other = devices.filter({ has: page.getByRole('button', { name: 'Sign out there' }) })
    expect(await other.count()).toBe(1)
    await other.getByText(/^Chrome on /).waitFor()
    await other.getByRole('button').click()
    await far.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await other.waitFor({ state: 'detached' })
    await page.reload()
    await devices.filter({ hasText: 'This device' }).waitFor()
    expect(await other.count()).toBe(0)
  })

  it('is shown to others as it calls itself, and is nobody to them once erased', async () => {
    const [ana, ben] = await Promise.all([verified('Ana Leaving'), verified('Ben Staying')])
    await findAndOpen(ana.page, ben.name)
    await write(ana.page, 'remember me')
    await openRoom(ben.page, ana.name)
    await message(ben.page, 'remember me').waitFor()

    await ana.page.goto(`${stage.url}/settings`)
    const chosen = { name: 'me.png', mimeType: 'image/png', buffer: await ana.page.screenshot() }
    await ana.page.locator('form input[type=file]').setInputFiles(chosen)
    await ana.page.getByLabel('First name').fill('Anouk')
    await ana.page.getByLabel('About you').fill('I draw.')
    await ana.page.getByRole('button', { name: 'Save' }).click()
    await ana.page.getByText('Saved.').waitFor()
    await ana.page.locator('a.me img').waitFor()
    const renamed = ben.page.getByRole('navigation').getByRole('link').filter({ hasText: 'Anouk Leaving' })
    await renamed.waitFor()
    await ben.page.getByRole('heading', { name: 'Anouk Leaving' }).waitFor()
    await ben.page.reload()
    await ben.page.getByRole('heading', { name: 'Anouk Leaving' }).waitFor()

    await ana.page.getByRole('button', { name: 'Erase account' }).click()
    await confirmByPassword(ana.page, 'Erase account', 'Erase it all')
    await ana.page.getByRole('heading', { name: /Welcome back|Make an account/ }).waitFor()
    await ben.page.getByRole('heading', { name: 'deleted user' }).waitFor()
    await message(ben.page, 'remember me').waitFor()
    await ben.page.reload()
    await message(ben.page, 'remember me').waitFor()
    await ben.page.getByRole('heading', { name: 'deleted user' }).waitFor()
    expect(await ben.page.getByText('Anouk').count()).toBe(0)
    // Nobody would read it: that is said where people write.
    await ben.page.getByText(/^The other person has deleted their account/).waitFor()
    expect(await box(ben.page).count()).toBe(0)
  })
})
