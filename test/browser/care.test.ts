/** What must hold of every page: nobody is shut out, nothing hostile gets through, and it is light. */
import fs from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { r16, showTexts } from '../../lab/trials/reliability/r16-shown.ts'
import { asks, barriers, box, findAndOpen, message, openRoom, Stage, write } from './stage.ts'

const stage = Stage.raise()

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  it('no page has a barrier', async () => {
    const tag = `${colorScheme}${Date.now() % 100_000}`
    const reducedMotion = 'reduce'
    const door = await stage.visit('/', { colorScheme, reducedMotion })
    await door.getByLabel('Your name').waitFor()
    expect(await barriers(door)).toEqual([])

    const [{ page: ana }] = await Promise.all([
      stage.enter(`Ana ${tag}`, { colorScheme, reducedMotion }),
      stage.enter(`Ben ${tag}`),
    ])
    await ana.getByRole('heading', { name: 'Welcome, Ana' }).waitFor()
    expect(await barriers(ana)).toEqual([])
    await findAndOpen(ana, `Ben ${tag}`)
    await write(ana, 'Some **bold** words, `code`, @ben and https://example.com')
    await write(ana, '> quoted\n\n- one\n- two\n\n```\na block\n```')
    await message(ana, 'a block').locator('.ticks', { hasText: 'Sent' }).waitFor()
    expect(await barriers(ana)).toEqual([])
    await ana.getByRole('button', { name: 'Details' }).click()
    await ana.getByRole('button', { name: 'Mute' }).waitFor()
    expect(await barriers(ana)).toEqual([])
    await ana.keyboard.press('Control+k')
    await ana.getByRole('option').first().waitFor()
    expect(await barriers(ana)).toEqual([])
    await ana.keyboard.press('Escape')
    for (const path of ['/people', '/notifications', '/settings', '/groups/new', '/search']) {
      await ana.goto(stage.url + path)
      await ana.locator('.page h2').waitFor()
      expect(await barriers(ana), path).toEqual([])
    }
  })
})

describe('hostile names and texts', () => {
  it('are shown as they are, and run nothing', async () => {
    const tag = `${Date.now() % 100_000}`
    const name = `<img/src=x/onerror=alert(1)>${tag}`
    const [{ page: eve }, { page: ana }] = await Promise.all([stage.enter(name), stage.enter(`Ana ${tag}`)])
    let alerted = false
    ana.on('dialog', (dialog) => {
      alerted = true
      void dialog.dismiss()
    })
    await findAndOpen(eve, `Ana ${tag}`)
    const texts = [
      `${'['.repeat(300)} deep ${'*'.repeat(300)}`,
      '<script>alert(1)</script><svg onload=alert(1)>',
      '[press me](javascript:alert(1)) ![x](https://other.example/x.png)',
      '<a href="javascript:alert(1)">html</a> \u202Eback to front\u202C',
    ]
    for (const text of texts) await write(eve, text)
    await openRoom(ana, name)
    await message(ana, '<script>alert(1)</script>').waitFor()
    await message(ana, '[press me](javascript:alert(1))').waitFor()
    await ana.getByRole('heading', { name }).waitFor()
    expect(await ana.locator('article a[href^="javascript"], article script, article svg[onload]').count()).toBe(0)
    expect(await ana.locator('article img').count()).toBe(0)
    expect(alerted).toBe(false)
    // The box still works.
    await write(ana, 'nice try')
    await message(eve, 'nice try').waitFor()
  })
})

describe('a text', () => {
  /** A room of one's own with these texts, opened. */
  async function roomOf(page: Page, contents: string[]): Promise<{ path: string; ids: number[] }> {
    const { id } = await asks(stage.url, page, 'POST', '/chatrooms/', { room_name: 'Texts' })
    const ids: number[] = []
    for (const content of contents)
      ids.push((await asks(stage.url, page, 'POST', `/chatrooms/${id}/messages/`, { content })).id)
    await page.goto(`${stage.url}/r/${id}`)
    await page.locator(`article[data-key="${ids.at(-1)}"]`).waitFor()
    return { path: `/r/${id}`, ids }
  }

  it('is shown as it was sent, down to its blanks', async () => {
    const { page } = await stage.enter('Ana', { viewport: { width: 1280, height: 3_000 } })
    const texts = [
      '0. zero',
      '5. five',
      '3. c\n2. b\n1. a',
      '007. Bond',
      '>',
      '*',
      '#',
      '-',
      '# no heading',
      'Hello\n---',
      '[](https://example.com)',
    ]
    texts.push(
      '\\\\server\\share\\_x',
      '¯\\_(ツ)_/¯',
      '<b>raw</b> &amp;',
      '2*3*4',
      '>_<',
      'a    b',
      'a\n\n\n\nb',
      '    a\n        b\n\tc',
      '__init__.py',
    )
    const sent = texts.map((text) => `.\n${text}`)
    const { ids } = await roomOf(page, sent)
    const shown = await page.evaluate(
      `${JSON.stringify(ids)}.map((id) => document.querySelector('article[data-key="' + id + '"] .text').innerText)`,
    )
    // Between the first line, which keeps what follows from being trimmed, and a list stands the end of a paragraph.
    expect((shown as string[]).map((text) => text.replace(/^\.\n+/, ''))).toEqual(texts)
    expect(await page.locator('article ol[start="0"] > li').count()).toBe(1)
  })

  it('has lists, tasks, tables, quotes, code to be copied, and few emoji large, and no barrier', async () => {
    const { page } = await stage.enter('Ana')
    const forms = ['- one\n  - two', '- [ ] open\n- [x] closed', '| a | b |\n|-|-|\n| 1 | 2 |', '> said\n\nanswered']
    forms.push(
      '~~gone~~ **strong** *soft* `code`',
      '```ts\nconst a  =  1\n```',
      '👩‍🚀🇩🇪',
      '[bank.example](https://other.example/in)',
      'https://bücher.example/straße。',
    )
    await roomOf(page, forms)
    const all = page.locator('section[aria-label="Messages"]')
    await all.locator('ul > li > ul > li', { hasText: 'two' }).waitFor()
    expect(await all.getByRole('checkbox', { name: 'Done' }).isChecked()).toBe(true)
    expect(await all.getByRole('checkbox', { name: 'To do' }).isChecked()).toBe(false)
    expect(await all.locator('table th, table td').allTextContents()).toEqual(['a', 'b', '1', '2'])
    expect(await all.locator('blockquote').textContent()).toBe('said')
    for (const [mark, text] of [
      ['del', 'gone'],
      ['strong', 'strong'],
      ['em', 'soft'],
    ]) {
      expect(await all.locator(`.text ${mark}`).textContent()).toBe(text)
    }
    expect(await all.locator('.few-emoji').textContent()).toBe('👩‍🚀🇩🇪')
    expect(await all.getByRole('link').last().getAttribute('href')).toBe('https://bücher.example/straße')
    const misleading = all.getByRole('link', { name: 'bank.example (https://other.example/in)' })
    expect(await misleading.getAttribute('href')).toBe('https://other.example/in')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await all.getByRole('button', { name: 'Copy code' }).click()
    await page.getByText('Copied.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('const a  =  1')
    expect(await barriers(page)).toEqual([])
    // What stands in the list of conversations has no marks.
    await asks(stage.url, page, 'POST', `/chatrooms/${page.url().split('/').at(-1)}/messages/`, {
      content: '**now** `this`',
    })
    await page.locator('.room-row .last', { hasText: /^You: now this$/ }).waitFor()
  })

  it('takes no room away, whatever it is made of', async () => {
    const { page } = await stage.enter('Ana')
    const pieces = [
      '> ',
      '>',
      '- ',
      '* ',
      '1. ',
      '[',
      '`',
      '*a **a ',
      '_',
      '~~a ',
      '|',
      '\n',
      '> - ',
      '[a](',
      'https://',
      '@',
      '#',
      '<',
      'e\u0301',
      '😀',
    ]
    const endless = pieces.map((piece) =>
      `.${piece.repeat(Math.ceil(9_999 / piece.length)).slice(0, 9_999)}.`.slice(0, 10_000),
    )
    const { path } = await roomOf(page, [`${'> '.repeat(1_000)}x`, `${'- '.repeat(1_000)}x`, ...endless, 'still here'])
    await message(page, 'still here').waitFor()
    await expect
      .poll(async () => {
        await page.evaluate(`document.querySelector('section[aria-label="Messages"]').scrollTop = 0`)
        return page.getByText('This is where it begins.').isVisible()
      })
      .toBe(true)
    expect(await page.locator('.broken').count()).toBe(0)
    await page.goto(stage.url + path)
    await write(page, 'and talked in')
    await message(page, 'and talked in').waitFor()
  })

  it('or anything else that cannot be shown is one piece that says so, among others that live', async () => {
    const { page } = await stage.enter('Ana')
    const { path } = await roomOf(page, ['first of three', 'second of three', 'third of three'])
    // No server answers like this; a page that meets one lives.
    const spoil = (field: string, value: unknown) => (all: Record<string, unknown>[]) =>
      all.map((each, place) => (place === 1 ? { ...each, [field]: value } : each))
    const spoiled = async (pattern: string, change: (all: Record<string, unknown>[]) => unknown) => {
      await page.route(pattern, async (route) => {
        const response = await route.fetch()
        const body = (await response.json()) as { results: Record<string, unknown>[] }
        await route.fulfill({ response, json: { ...body, results: change(body.results) } })
      })
    }
    await spoiled('**/api/chatrooms/*/messages/**', spoil('reactions', null))
    await spoiled('**/api/search/**', spoil('sender', null))
    await page.goto(stage.url + path)
    await message(page, 'first of three').waitFor()
    await message(page, 'third of three').waitFor()
    const broken = page.locator('.broken', { hasText: 'This part cannot be shown.' })
    expect(await broken.textContent()).toContain('second of three')
    await write(page, 'a fourth')
    await message(page, 'a fourth').waitFor()
    await page.goto(`${stage.url}/search`)
    await page.keyboard.type('of three')
    await page.locator('.results .broken').waitFor()
    expect(await page.locator('.results li').count()).toBe(3)
  })
})

describe('R16', () => {
  it('finds nothing in its short form', async () => {
    const { cases, figures } = await showTexts(stage.url, stage.browser, { ...r16.short, seed: 1 })
    expect(cases).toEqual([])
    expect(figures['messages looked at']).toBeGreaterThan(100)
  })
})

describe('an invitation', () => {
  it('leads somebody without an account into the group', async () => {
    const tag = `${Date.now() % 100_000}`
    const { page: ana } = await stage.enter(`Ana ${tag}`)
    await ana.getByRole('link', { name: /^New group/ }).click()
    await ana.getByLabel('Name of the group').fill(`Gardeners ${tag}`)
    await ana.getByRole('button', { name: 'Create group' }).click()
    await box(ana).waitFor()
    await ana.getByRole('button', { name: 'Details' }).click()
    await ana.getByRole('button', { name: 'Make a link' }).click()
    const link = await ana.getByRole('textbox', { name: 'Invitation link' }).inputValue()
    const { page: ben } = await stage.join(`Ben ${tag}`, { path: new URL(link).pathname })
    await ben.getByRole('heading', { name: `Gardeners ${tag}` }).waitFor()
    await ben.getByRole('button', { name: 'Join', exact: true }).click()
    await write(ben, 'hello all')
    await message(ana, 'hello all').waitFor()
    await ana.getByText(/^2 members · /).waitFor()
  })
})

describe('a picture that is higher than wide', () => {
  /** Red above, green in the middle, blue below. */
  const portrait = async (page: Page) => {
    const url = (await page.evaluate(`(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 200, height: 600 })
      const pen = canvas.getContext('2d')
      ;['red', 'lime', 'blue'].forEach((colour, place) => {
        pen.fillStyle = colour
        pen.fillRect(0, 200 * place, 200, 200)
      })
      return canvas.toDataURL()
    })()`)) as string
    return { name: 'portrait.png', mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1] ?? '', 'base64') }
  }
  /** Faces with a picture whose picture is not exactly as large as its circle. */
  const bursting = (page: Page) =>
    page.evaluate(`[...document.querySelectorAll('.avatar img')].filter((img) => {
      const [inner, outer] = [img, img.parentElement].map((each) => each.getBoundingClientRect())
      return inner.width !== outer.width || inner.height !== outer.height || outer.width !== outer.height
    }).length`)

  it('is cut to its middle when it is chosen, and never bursts its circle', async () => {
    const { page } = await stage.enter(`Ana ${Date.now() % 100_000}`)
    await page.goto(`${stage.url}/settings`)
    await page.getByLabel('Choose a picture').setInputFiles(await portrait(page))
    await page.locator('form .avatar img[src^="blob:"]').waitFor()
    await page.locator('form').first().getByRole('button', { name: 'Save' }).click()
    await page.locator('form .avatar img:not([src^="blob:"]), .me .avatar img').first().waitFor()
    const src = await page.locator('.me .avatar img').getAttribute('src')
    const seen = (await page.evaluate(`(async () => {
      const picture = await createImageBitmap(await (await fetch(${JSON.stringify(src)})).blob())
      const canvas = Object.assign(document.createElement('canvas'), { width: picture.width, height: picture.height })
      const pen = canvas.getContext('2d')
      pen.drawImage(picture, 0, 0)
      const colours = [1, picture.height - 2].map((y) => [...pen.getImageData(5, y, 1, 1).data].slice(0, 3).join())
      return [picture.width, picture.height, ...colours].join(' ')
    })()`)) as string
    expect(seen).toBe('200 200 0,255,0 0,255,0')

    // One that came by another way is as it was sent, and shown in its circle all the same.
    const form = new FormData()
    form.set('room_name', 'Portraits')
    form.set('group_image', new Blob([(await portrait(page)).buffer], { type: 'image/png' }), 'portrait.png')
    const kept = (await page.evaluate(
      `Object.entries(localStorage).find(([key]) => key.endsWith(':session'))[1]`,
    )) as string
    const headers = { authorization: `Bearer ${JSON.parse(kept).access}` }
    const made = await fetch(`${stage.url}/api/chatrooms/`, { method: 'POST', headers, body: form })
    const { id } = (await made.json()) as { id: number }
    await page.goto(`${stage.url}/r/${id}`)
    await page.getByRole('button', { name: 'Details' }).click()
    await expect.poll(() => page.locator('.avatar img').count()).toBeGreaterThanOrEqual(4)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await bursting(page)).toBe(0)
    }

    // While pictures are on their way there are no initials in their place; when they fail, there are.
    let release: () => void = () => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/media/**', (route) => released.then(() => route.abort()))
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.reload()
    await box(page).waitFor()
    const face = page.locator('.rooms .me .avatar')
    await face.locator('img').waitFor({ state: 'attached' })
    expect(await face.getAttribute('data-initials')).toBeNull()
    release()
    await expect.poll(() => face.getAttribute('data-initials')).toMatch(/^A/)
  })
})

describe('what asks another host', () => {
  it('would be seen, in every tab, whether it asks or listens', async () => {
    // Where the policy of the app forbids nothing.
    const page = await stage.visit('/', { bypassCSP: true })
    expect(stage.strangers).toEqual([])
    const tab = await page.context().newPage()
    await tab.goto(stage.url)
    await tab.context().route('https://other.example/**', (route) => route.abort())
    await tab.evaluate(`fetch('https://other.example/').catch(() => undefined)`)
    await tab.evaluate(`void new WebSocket('ws://127.0.0.1:9/').addEventListener('error', () => undefined)`)
    await expect.poll(() => stage.strangers).toEqual(['https://other.example/', 'ws://127.0.0.1:9/'])
    stage.strangers.length = 0
    await page.context().close()
  })
})

describe('the first load', () => {
  const folder = new URL('../../dist/web/', import.meta.url)
  const text = (name: string) => fs.readFileSync(new URL(name, folder), 'utf8')

  it('is at most 80 KB of JavaScript, compressed', () => {
    const wanted = new Set(
      [...text('index.html').matchAll(/"\/(assets\/[^"]+\.js)"/g)].map(([, name]) => name as string),
    )
    expect(wanted.size).toBeGreaterThan(0)
    // What those import in turn, unless it is fetched when it is wanted.
    for (const name of wanted) {
      for (const [, other] of text(name).matchAll(/(?:\bfrom|\bimport)\s*["']\.\/([^"']+\.js)["']/g))
        wanted.add(`assets/${other}`)
    }
    const bytes = [...wanted].reduce((sum, name) => sum + gzipSync(text(name)).length, 0)
    const parts = fs.readdirSync(new URL('assets/', folder)).filter((name) => name.endsWith('.js'))
    expect(parts.length).toBeGreaterThan(wanted.size)
    expect(bytes).toBeLessThanOrEqual(80 * 1024)
  })
})
