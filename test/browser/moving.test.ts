/** Getting about: by keys, by searching, and back to where one was. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { asks, box, keptOn, message, openRoom, ownGroup, PASSWORD, Stage, write } from './stage.ts'

const stage = Stage.raise()

const idOf = (page: Page) => asks(stage.url, page, 'GET', '/profile/').then(({ id }) => id)

/** Two people, and groups of the two, the last one made first in the list. */
async function groups(...names: string[]) {
  const tag = Math.random().toString(36).slice(2, 7)
  const [ana, ben] = await Promise.all([stage.enter(`Ana ${tag}`), stage.enter(`Ben ${tag}`)])
  const participant_ids = [await idOf(ben.page)]
  const rooms: number[] = []
  for (const name of names) {
    rooms.push(
      (await asks(stage.url, ana.page, 'POST', '/chatrooms/', { room_name: `${name} ${tag}`, participant_ids })).id,
    )
  }
  const say = (who: Page, room: number, content: string) =>
    asks(stage.url, who, 'POST', `/chatrooms/${room}/messages/`, { content })
  return { ana, ben: ben.page, tag, rooms, say }
}

const inList = (page: Page, name: string) => page.getByRole('navigation').getByRole('link').filter({ hasText: name })
const focused = (page: Page) => page.evaluate('document.activeElement?.localName') as Promise<string>

describe('the keys', () => {
  it('lead everywhere, and leave those for editing alone', async () => {
    const { ana, ben, tag, rooms, say } = await groups('Apples', 'Bees', 'Cellar')
    const { page } = ana
    const [apples, bees, cellar] = rooms as [number, number, number]
    await openRoom(page, `Cellar ${tag}`)
    await box(page).waitFor()
    await page.keyboard.press('Alt+ArrowDown')
    await expect.poll(() => page.url()).toMatch(new RegExp(`/r/${bees}$`))
    await page.keyboard.press('Alt+ArrowUp')
    await expect.poll(() => page.url()).toMatch(new RegExp(`/r/${cellar}$`))
    await say(ben, apples, 'read me')
    await inList(page, `Apples ${tag}`).locator('.count').waitFor()
    await page.goto(`${stage.url}/r/${bees}`)
    await box(page).waitFor()
    await inList(page, `Apples ${tag}`).locator('.count').waitFor()
    await page.keyboard.press('Alt+Shift+ArrowUp')
    await expect.poll(() => page.url()).toMatch(new RegExp(`/r/${apples}$`))
    await page.locator('.new').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.new').waitFor({ state: 'detached' })

    await page.keyboard.press('Control+f')
    await page.getByRole('complementary', { name: 'Search in this conversation' }).waitFor()
    await expect.poll(() => focused(page)).toBe('input')
    await page.keyboard.press('Escape')
    await page.getByRole('complementary').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('textarea')

    await page.keyboard.press('Control+Shift+M')
    await inList(page, `Apples ${tag}`).filter({ hasText: 'Muted' }).waitFor()

    await box(page).fill('one two')
    await page.keyboard.press('?')
    expect(await box(page).inputValue()).toBe('one two?')
    await page.keyboard.press('Control+ArrowLeft')
    await page.keyboard.press('Control+ArrowLeft')
    await page.keyboard.press('Shift+Home')
    await page.keyboard.press('Delete')
    expect(await box(page).inputValue()).toBe('two?')
    await page.keyboard.press('Control+/')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toBe('textarea')

    await say(ben, bees, 'one')
    await say(ben, cellar, 'two')
    await page.getByRole('navigation').locator('.count').nth(1).waitFor()
    await expect.poll(() => page.title()).toMatch(/^\(2\)/)
    await page.keyboard.press('Shift+Escape')
    await page.getByRole('navigation').locator('.count').first().waitFor({ state: 'detached' })
    await expect.poll(() => page.title()).not.toMatch(/^\(/)
  })
})

describe('keys on a Mac', () => {
  it('are called as they are there, wherever they are spoken of', async () => {
    const page = await stage.visit('/')
    await page.addInitScript(`Object.defineProperty(navigator, 'platform', { get: () => 'MacIntel' })`)
    await page.reload()
    await page.getByLabel('Your name').fill('Ana')
    await page.getByLabel('E-mail').fill(`mac.${Date.now()}@example.com`)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Join', exact: true }).click()
    await page.locator('.find kbd', { hasText: '⌘ K' }).waitFor()
    await ownGroup(stage.url, page)
    await page.goto(stage.url)
    await page.getByText('Or press ⌘ K to go to one by name.').waitFor()
    await page.keyboard.press('Meta+k')
    await page.getByRole('combobox', { name: 'Go to a conversation' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+?')
    const map = page.getByRole('dialog', { name: 'Keys' })
    await map.getByText('⌘ F').waitFor()
    await map.getByText('⌥ ↑ ↓').waitFor()
    expect(await map.getByText(/Ctrl|Alt/).count()).toBe(0)
    await page.goto(`${stage.url}/settings`)
    await page.getByLabel('⌘ ↩').waitFor()
    expect(await page.getByText(/Ctrl/).count()).toBe(0)
  })
})

describe.each([1280, 800, 390])('at a width of %i pixels', (width) => {
  /** Where the focus is, as a person would say it. */
  const focus = (page: Page) =>
    page.evaluate(`(() => {
      const { activeElement: at } = document
      return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent
    })()`) as Promise<string>

  /** Goes round with the Tab key, both ways. */
  async function goesRoundIn(page: Page, opened: string): Promise<void> {
    for (const key of [...Array(9).fill('Tab'), ...Array(9).fill('Shift+Tab')]) {
      await page.keyboard.press(key)
      const inside = await page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(opened)})].at(-1)?.contains(document.activeElement)`,
      )
      expect(inside, `${key} in ${opened}`).toBe(true)
    }
  }

  it('what opens above the page has the keys, and gives them back', async () => {
    const { page } = await stage.enter('Ana', { viewport: { width, height: 844 } })
    await ownGroup(stage.url, page)
    await write(page, 'first')
    await message(page, 'first').locator('.ticks', { hasNotText: 'Sending' }).waitFor()

    // The switcher: what is typed at once is typed there.
    await page.keyboard.press('Control+k')
    await page.keyboard.type('diar')
    expect(await page.getByRole('combobox', { name: 'Go to a conversation' }).inputValue()).toBe('diar')
    await goesRoundIn(page, 'dialog')
    await page.keyboard.press('Escape')
    await expect.poll(() => focus(page)).toBe('Write to Diary')
    expect(await box(page).inputValue()).toBe('')

    // The list of keys, and the search beside the conversation.
    await page.keyboard.press('Control+/')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await goesRoundIn(page, 'dialog')
    await page.keyboard.press('Escape')
    await expect.poll(() => focus(page)).toBe('Write to Diary')
    await page.keyboard.press('Control+f')
    await page.keyboard.type('fir')
    await expect.poll(() => page.getByRole('combobox', { name: 'Search' }).inputValue()).toBe('fir')
    if (width < 1200) await goesRoundIn(page, '.side')
    await page.getByRole('combobox', { name: 'Search' }).press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.press('Escape')
    await expect.poll(() => focus(page)).toBe('Write to Diary')

    // The details, and what opens from them.
    const details = page.getByRole('button', { name: 'Details', exact: true })
    await details.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focus(page)).toBe('Close')
    if (width < 1200) await goesRoundIn(page, '.side')
    for (const [button, field] of [
      ['Change name or picture', 'Name of the group'],
      ['Add people', 'Find people by name or username'],
    ] as const) {
      await page.getByRole('button', { name: button }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => focus(page)).toBe(field)
      await page.keyboard.type('x')
      await goesRoundIn(page, 'dialog')
      await page.keyboard.press('Escape')
      await expect.poll(() => focus(page)).toBe(button)
    }
    await page.keyboard.press('Escape')
    await expect.poll(() => focus(page)).toBe('Details')

    // The menu of a message, and what opens from it.
    const article = message(page, 'first')
    await article.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focus(page)).toBe('React with 👍')
    await page.keyboard.press('End')
    await expect.poll(() => focus(page)).toBe('Delete')
    await page.keyboard.press('Tab')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await expect.poll(() => focus(page)).toMatch(/^You, /)
    await page.keyboard.press('Enter')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await expect.poll(() => focus(page)).toBe('Find an emoji')
    await page.keyboard.type('heart')
    await goesRoundIn(page, '.emoji-picker')
    await page.getByRole('searchbox', { name: 'Find an emoji' }).focus()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog', { name: 'Emoji' }).waitFor({ state: 'detached' })
    await expect.poll(() => focus(page)).toMatch(/^You, /)
    await page.keyboard.press('Enter')
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key)
    await page.getByText('Reply to Ana').waitFor()
    await page.keyboard.type('answered')
    expect(await box(page).inputValue()).toBe('answered')

    // A dialog of another page.
    await page.goto(`${stage.url}/settings`)
    await page.getByRole('button', { name: 'Erase account' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focus(page)).toBe('Password')
    await goesRoundIn(page, 'dialog')
    await page.keyboard.press('Escape')
    await expect.poll(() => focus(page)).toBe('Erase account')
  })
})

describe('a search', () => {
  it('is narrowed by what is typed, and leads to the message among its neighbours', async () => {
    const { ana, ben, tag, rooms, say } = await groups('Garden', 'Kitchen')
    const { page } = ana
    const [garden, kitchen] = rooms as [number, number]
    await say(page, garden, 'the plums are ripe')
    const sought = await say(ben, garden, 'plums from Ben in the garden')
    await say(ben, kitchen, 'plums from Ben in the kitchen, see https://example.com')
    await page.goto(`${stage.url}/search`)
    const field = page.getByRole('combobox', { name: 'Search' })
    const results = page.locator('.results li')
    const chip = (name: string) => page.getByRole('button', { name: `Without ${name}` })

    await field.fill('plums')
    await expect.poll(() => results.count()).toBe(3)
    expect(await results.first().locator('mark').textContent()).toBe('plums')
    await field.press('End')
    await field.pressSequentially(` from:"Ben ${tag}" `)
    await chip(`from: Ben ${tag}`).waitFor()
    await expect.poll(() => results.count()).toBe(2)
    await field.pressSequentially('in:gar')
    await page.getByRole('option', { name: `Garden ${tag}` }).waitFor()
    await field.press('Enter')
    await chip(`in: Garden ${tag}`).waitFor()
    await expect.poll(() => results.count()).toBe(1)
    await field.fill('plums before:2020-02-03 ')
    await page.getByText('No message is like this.').waitFor()
    await chip('before: 3 February 2020').click()
    await expect.poll(() => results.count()).toBe(1)
    await field.fill('plums before:never ')
    await page.getByRole('alert').filter({ hasText: 'before:never' }).waitFor()

    await field.fill('')
    for (let left = 2; left > 0; left--) await field.press('Backspace')
    expect(await page.locator('.chosen').count()).toBe(0)
    await field.fill('has:')
    await page.getByRole('option', { name: 'Link' }).click()
    await expect.poll(() => results.count()).toBe(1)
    await chip('has: Link').click()

    await field.fill('ben in the garden')
    await results.first().click()
    await expect.poll(() => page.url()).toMatch(new RegExp(`/r/${garden}/m/${sought.id}$`))
    await page.locator('article.lit', { hasText: 'from Ben' }).waitFor()
    await message(page, 'the plums are ripe').waitFor()
  })
})

describe('a search beside a conversation', () => {
  it('says in full who wrote what it finds', async () => {
    const name = 'Maximiliana Konstantinopoulou-Featherstonehaugh'
    const { page } = await stage.enter(name)
    const { id } = await asks(stage.url, page, 'POST', '/chatrooms/', {
      room_name: 'A group whose name is long enough to take all the room there is beside it',
    })
    await page.goto(`${stage.url}/r/${id}`)
    await write(page, 'plums')
    await message(page, 'plums').locator('.ticks', { hasText: 'Sent' }).waitFor()
    for (const open of [() => page.keyboard.press('Control+f'), () => page.goto(`${stage.url}/search`)]) {
      await open()
      await page.getByRole('combobox', { name: 'Search' }).fill('plums')
      const author = page.locator('.results b').filter({ hasText: 'Maximiliana' })
      await author.waitFor()
      const whole = `[...document.querySelectorAll('.results b')].every((b) => b.scrollWidth <= b.clientWidth)`
      expect([await page.evaluate(whole), await author.textContent()]).toEqual([true, name])
    }
  })
})

describe('a session that ends', () => {
  it('leads to the entrance, and from there back to the place with the draft', async () => {
    const { page, email } = await stage.enter('Ana')
    await ownGroup(stage.url, page)
    await box(page).fill('where was I')
    const place = page.url()
    await expect.poll(() => keptOn(page)).toBe(2)
    const other = await fetch(`${stage.url}/api/login/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: email, password: PASSWORD }),
    })
    const { access } = (await other.json()) as { access: string }
    const headers = { authorization: `Bearer ${access}` }
    const sessions = (await (await fetch(`${stage.url}/api/sessions/`, { headers })).json()) as {
      id: number
      current: boolean
    }[]
    const here = sessions.find(({ current }) => !current)
    await fetch(`${stage.url}/api/sessions/${here?.id}/`, { method: 'DELETE', headers })

    await page.getByRole('heading', { name: 'Welcome back' }).waitFor()
    await expect.poll(() => keptOn(page)).toBe(0)
    await page.getByLabel('E-mail or username').fill(email)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await box(page).waitFor()
    expect(page.url()).toBe(place)
    expect(await box(page).inputValue()).toBe('where was I')
  })
})

describe('a lost network', () => {
  it('is spoken of after two seconds, is written through, and is spoken of when it is back', async () => {
    const { page } = await stage.enter('Ana')
    await ownGroup(stage.url, page)
    const banner = page.locator('.banner')
    await page.evaluate(`
      addEventListener('offline', () => { globalThis.wentAt = performance.now() })
      new MutationObserver(() => {
        if (document.querySelector('.banner')) globalThis.shownAt ??= performance.now()
      }).observe(document.body, { childList: true, subtree: true })`)
    await page.context().setOffline(true)
    await banner.filter({ hasText: 'No network' }).waitFor()
    expect(await page.evaluate('shownAt - wentAt')).toBeGreaterThan(1_200)
    await write(page, 'into a bottle')
    await message(page, 'into a bottle').waitFor()
    await page.context().setOffline(false)
    await banner.filter({ hasText: 'Back online' }).waitFor()
    await message(page, 'into a bottle').locator('.ticks', { hasText: 'Sent' }).waitFor()
    await banner.waitFor({ state: 'detached' })
  })
})
