/** The SDK as it is shipped: how big it is, what is in it, and every example of its page, compiled and run. */

import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import vm from 'node:vm'
import { gzipSync } from 'node:zlib'
import { Window } from 'happy-dom'
import type { FunctionComponent } from 'react'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildClient, OUTPUT } from '../../scripts/build-client.mjs'
import type { RunningServer } from '../../scripts/server.ts'
import { environment, program, projectNode, quietly, ROOT } from '../../scripts/wrangler.mjs'
import { accountsOf } from '../../src/client/accounts.ts'
import { createChat } from '../../src/client/index.ts'
import { peopleOf } from '../../src/client/people.ts'
import { roomsOf } from '../../src/client/rooms.ts'
import { PATIENCE } from '../support/patience.ts'
import { startServer } from './server.ts'

/** Inside the package, so that its own name leads to what it exports. */
const EXAMPLES = path.join(ROOT, 'dist', 'sdk-examples')
const SOON = { timeout: PATIENCE, interval: 50 }
const PASSWORD = 'correct horse battery'

const page = fs.readFileSync(path.join(ROOT, 'docs', 'sdk.md'), 'utf8')
const examples = new Map(
  [...page.matchAll(/```tsx? (\S+)\n(.*?)```/gs)].map(([, name = '', text = '']) => [name, text]),
)

let server: RunningServer

beforeAll(async () => {
  await buildClient()
  fs.rmSync(EXAMPLES, { recursive: true, force: true })
  fs.mkdirSync(EXAMPLES, { recursive: true })
  for (const [name, text] of examples) fs.writeFileSync(path.join(EXAMPLES, name), text)
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: ['node', 'react'],
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  }
  fs.writeFileSync(path.join(EXAMPLES, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }))
  server = await startServer({ vars: { RATE_LIMITS: 'off' } })
})

const children: ReturnType<typeof spawn>[] = []
afterAll(() => {
  for (const child of children) child.kill()
})

/** Starts an example with the project's Node. @returns what it prints */
function start(name: string, env: Record<string, string>): () => string {
  const child = spawn(projectNode(), [path.join(EXAMPLES, name)], { env: { ...environment(), ...env } })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return () => output
}

async function somebody(username: string) {
  const chat = createChat({ url: server.url })
  const { user } = await accountsOf(chat).register({ email: `${username}@parlour.test`, username, password: PASSWORD })
  return { chat, id: user?.id ?? 0 }
}

const text = () => fs.readFileSync(path.join(OUTPUT, 'client.js'), 'utf8')

describe('the package', () => {
  it('weighs 12 KB at most, as it comes over the wire', () => {
    const size = gzipSync(text(), { level: 9 }).length
    console.log(`The SDK: ${size} bytes gzip, ${text().length} minified`)
    expect(size).toBeGreaterThan(5_000)
    expect(size).toBeLessThanOrEqual(12 * 1024)
  })

  it('is modules that need nothing, and hooks that need React alone', () => {
    const imports = (file: string) =>
      [...fs.readFileSync(path.join(OUTPUT, file), 'utf8').matchAll(/(?:from|import)\s*["']([^"']+)["']/g)].map(
        ([, name]) => name,
      )
    for (const name of [
      'accounts',
      'client',
      'history',
      'notifications',
      'offline',
      'people',
      'rooms',
      'search',
      'uploads',
    ])
      expect(imports(`${name}.js`)).toEqual([])
    expect(imports('react.js')).toEqual(['react'])
  })

  it('has no trace of zod', () => {
    // What zod cannot do without, in any minified form of it.
    for (const trace of ['safeParse', 'ZodError', 'invalid_type', '_zod']) expect(text()).not.toContain(trace)
  })
})

describe('the page', () => {
  it('has a bot of under 20 lines', () => {
    const lines = examples.get('bot.ts')?.trim().split('\n') ?? []
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.length).toBeLessThan(20)
  })

  it('has examples that compile against the types that are shipped', async () => {
    expect([...examples.keys()]).toEqual(['bot.ts', 'room.tsx', 'signing-in.ts', 'native.ts', 'reacting.ts'])
    await quietly('tsc', projectNode(), [program('typescript', 'bin/tsc'), '--project', EXAMPLES])
  })

  it('has a bot that answers, in rooms it is added to later too, and after the server was away', async () => {
    await somebody('echo')
    const anna = await somebody('anna')
    const { results } = await peopleOf(anna.chat).search('echo')
    const bot = results.find(({ username }) => username === 'echo')?.id ?? 0
    const output = start('bot.ts', { PARLOUR_URL: server.url, BOT_PASSWORD: PASSWORD })
    const { id } = await roomsOf(anna.chat).create({ roomName: 'Echoes', participantIds: [bot] })
    const room = await anna.chat.room(id).open()
    const { getSnapshot } = room
    // Said before the bot has found the room, it may be history to it: the bot has it when it is there.
    await room.send({ text: 'Is anybody there?' })
    await expect.poll(() => getSnapshot().messages[0]?.status, SOON).toBe('delivered')
    const { id: hello } = await room.send({ text: 'hello' })
    const answers = () => getSnapshot().messages.flatMap((message) => (message.mine ? [] : [message]))
    await expect.poll(() => answers().at(-1), SOON).toMatchObject({ text: 'You said: hello', replyTo: hello })

    await server.restart()
    const before = answers().length
    await room.send({ text: 'again' })
    await room.send({ text: 'and again' })
    const texts = () =>
      answers()
        .slice(before)
        .map(({ text }) => text)
    await expect.poll(texts, SOON).toEqual(['You said: again', 'You said: and again'])
    expect(output()).toBe('')
    anna.chat.close()
  })

  it('reacts and searches as it says', async () => {
    await somebody('grace')
    const output = start('reacting.ts', { PARLOUR_URL: server.url, PASSWORD })
    await expect.poll(output, SOON).toContain('Found: It works: https://example.com')
    expect(output()).toContain('Given: 🎉 1')
  })

  it('signs in as it says', async () => {
    const first = start('signing-in.ts', { PARLOUR_URL: server.url })
    await expect.poll(first, SOON).toContain('Signed in as ada.')
    const second = start('signing-in.ts', { PARLOUR_URL: server.url })
    await expect.poll(second, SOON).toContain('Signed in as ada.')
  })

  it('has a core that runs where there is no DOM and the storage is asynchronous, as in React Native', async () => {
    const diego = await somebody('diego')
    const { id } = await roomsOf(diego.chat).create({ roomName: 'Native' })
    const items = new Map<string, string>()
    const storage = {
      getItem: async (key: string) => items.get(key) ?? null,
      setItem: async (key: string, value: string) => void items.set(key, value),
      removeItem: async (key: string) => void items.delete(key),
    }
    const { access } = await diego.chat.api.ask<{ access: string }>('POST', '/login/', {
      body: { identifier: 'diego', password: PASSWORD },
      anonymous: true,
    })
    // What React Native has besides the language itself: no document, no localStorage, no crypto, no AbortSignal.timeout.
    const native = vm.createContext({
      fetch,
      WebSocket,
      FormData,
      Blob,
      AbortController,
      setTimeout,
      clearTimeout,
      queueMicrotask,
      atob,
    })
    const code = text().replace(/export\{(.+?) as ChatError,(.+?) as createChat\};/, 'globalThis.createChat=$2;')
    vm.runInContext(code, native)
    const made = native.createChat({ url: server.url, getToken: () => access, storage }) as ReturnType<
      typeof createChat
    >
    const room = await made.room(id).open()
    await room.send({ text: 'from a phone' })
    await expect.poll(() => room.getSnapshot().messages.map((message) => message.text), SOON).toEqual(['from a phone'])
    expect(made.auth.user).toMatchObject({ username: 'diego' })
    made.close()
  })

  it('has a room in React that shows, sends and follows', async () => {
    const [bert, clara] = await Promise.all([somebody('bert'), somebody('clara')])
    const { id } = await roomsOf(bert.chat).create({ roomName: 'React', participantIds: [clara.id] })
    await bert.chat.room(id).send({ text: 'welcome' })

    const window = new Window()
    Object.assign(globalThis, { window, document: window.document })
    const { createElement } = await import('react')
    const { createRoot } = await import('react-dom/client')
    const { App } = (await import(path.join(EXAMPLES, 'room.tsx'))) as { App: FunctionComponent<object> }
    const { body } = window.document
    const root = createRoot(body as never)
    const shown = () =>
      [...body.querySelectorAll('li')].map((line) => `${line.textContent} (${line.getAttribute('data-status')})`)
    root.render(createElement(App, { chat: clara.chat, room: id } as object))
    await expect.poll(shown, SOON).toEqual(['bert: welcome (read)'])
    await expect.poll(() => body.querySelector('main')?.getAttribute('aria-busy'), SOON).toBe('false')

    void clara.chat.room(id).send({ text: 'thank you' })
    await expect.poll(shown, SOON).toEqual(['bert: welcome (read)', 'clara: thank you (sent)'])
    const his = await bert.chat.room(id).open()
    his.typing()
    await expect.poll(() => body.querySelector('p')?.textContent, SOON).toBe('bert is typing')
    root.unmount()
    await expect.poll(() => clara.chat.room(id).connection, SOON).toEqual({ status: 'idle' })
    bert.chat.close()
    window.close()
  })
})
