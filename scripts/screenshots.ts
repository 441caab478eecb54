/** `npm run screenshots`: makes docs/screenshots anew, of a server of its own with people in it. */
import fs from 'node:fs'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { launch } from './chromium.ts'
import { startServer } from './server.ts'

const FOLDER = new URL('../docs/screenshots/', import.meta.url)
const WIDE = { viewport: { width: 1280, height: 800 } }
const NARROW = { viewport: { width: 390, height: 844 } }

const TALK: [who: number, text: string][] = [
  [0, 'Good morning! The tomatoes survived the storm.'],
  [1, 'All of them? I was sure the greenhouse was gone.'],
  [0, 'One pane broke. **Everything else stands.**'],
  [2, 'I can bring glass on Saturday. What size?'],
  [0, 'Around 40 × 60 cm. Measure twice:\n\n- the frame\n- the old pane'],
  [1, 'And coffee. Somebody bring coffee.'],
  [2, 'See you all on Saturday then'],
]

const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
const browser = await launch({ desktop: true })
fs.mkdirSync(FOLDER, { recursive: true })

const shoot = async (page: Page, name: string) => {
  await page.waitForTimeout(700)
  await page.screenshot({ path: new URL(`${name}.png`, FOLDER).pathname })
}

async function enter(name: string, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  await page.goto(server.url)
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('E-mail').fill(`${name.toLowerCase().replaceAll(' ', '.')}@example.com`)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Join', exact: true }).click()
  await page.getByRole('navigation').waitFor()
  return page
}

async function write(page: Page, text: string): Promise<void> {
  const box = page.getByRole('textbox', { name: /^Write to/ })
  await box.fill(text)
  await box.press('Enter')
  await page
    .locator('article', { hasText: text.split('\n')[0]?.replaceAll('*', '') })
    .last()
    .waitFor()
  await page.waitForTimeout(150)
}

try {
  const ana = await enter('Ana Lindqvist', WIDE)
  await ana.getByRole('heading', { name: 'Welcome, Ana' }).waitFor()
  await shoot(ana, 'empty')
  const ben = await enter('Ben Okafor', NARROW)
  const chloe = await enter('Chloe Martin', { ...WIDE, colorScheme: 'dark' })

  await ana.goto(`${server.url}/groups/new`)
  await ana.getByLabel('Name of the group').fill('Allotment 12')
  for (const name of ['Ben', 'Chloe']) {
    await ana.getByLabel('Find people by name or username').fill(name)
    await ana.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: 'Add' }).click()
  }
  await ana.getByRole('button', { name: 'Create group' }).click()
  const people = [ana, ben, chloe]
  for (const page of [ben, chloe]) await page.getByRole('link').filter({ hasText: 'Allotment 12' }).click()
  for (const page of people) await page.getByRole('textbox', { name: /^Write to/ }).waitFor()
  for (const [who, text] of TALK) await write(people[who] as Page, text)
  await shoot(ana, 'wide-light')
  await shoot(ben, 'narrow-light')
  await ana.getByRole('button', { name: 'Details' }).click()
  await shoot(ana, 'group-details')
  await shoot(chloe, 'wide-dark')
  await server.kill()
  await write(chloe, 'Does it rain on Saturday?')
  await chloe.getByText(/No connection/).waitFor()
  await shoot(chloe, 'offline')
} finally {
  await browser.close()
  await server.stop()
}
