/** The package of the SDK: packed, installed outside the repository and from a git address, imported and type-checked there. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environment, program, projectNode, ROOT } from '../../scripts/wrangler.mjs'

const run = promisify(execFile)
const FOLDER = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-package-'))
const ENTRIES = [
  'client',
  'react',
  'accounts',
  'history',
  'notifications',
  'offline',
  'people',
  'rooms',
  'search',
  'server',
  'uploads',
]

/** The program of an application: every entry, and the hooks. */
const PROGRAM = `
import { accountsOf } from 'parlour/accounts'
import { type Chat, ChatError, createChat, type RoomMessage } from 'parlour/client'
import { jumpTo } from 'parlour/history'
import { notificationsOf } from 'parlour/notifications'
import { offline } from 'parlour/offline'
import { peopleOf } from 'parlour/people'
import { ChatProvider, useMessages, useRoom, useTyping, useUser } from 'parlour/react'
import { managementOf, roomsOf } from 'parlour/rooms'
import { search } from 'parlour/search'
import { uploads } from 'parlour/uploads'

export const chat: Chat = createChat({ url: 'https://chat.test', identify: async () => 'token', offline, uploads })

export async function all(id: number): Promise<string | null> {
  const room = await chat.room(id).open({ attempts: 3, signal: new AbortController().signal })
  await jumpTo(room, 7)
  await managementOf(chat, id).addMembers([2])
  await roomsOf(chat).create({ roomName: 'Boats' })
  for await (const { snippet } of search(chat, 'boat', { roomId: id })) console.log(snippet)
  for await (const { username } of peopleOf(chat).search('ann')) console.log(username)
  notificationsOf(chat).subscribe(({ unread }) => console.log(unread))
  await accountsOf(chat).profile().catch((error: ChatError) => console.log(error.hint, error.cause))
  // @ts-expect-error: names of the wire are not names of the SDK.
  room.getSnapshot().messages[0]?.client_id
  return room.getSnapshot().messages[0]?.text ?? null
}

function Messages({ id }: { id: number }) {
  const messages: readonly RoomMessage[] = useMessages(id)
  const { actions } = useRoom(id)
  const [typist] = useTyping(id)
  return <p onClick={() => actions.markRead()}>{useUser()?.fullName}{typist?.fullName}{messages.map(({ text }) => text)}</p>
}

export const App = () => <ChatProvider chat={chat}><Messages id={7} /></ChatProvider>
`

let tarball: string
let packed: { files: { path: string }[] }

/** An empty application outside of the repository. */
function application(name: string): string {
  const folder = path.join(FOLDER, name)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }))
  return folder
}

const npm = (cwd: string, ...args: string[]) =>
  run('npm', [...args, '--no-audit', '--no-fund', '--foreground-scripts=false'], { cwd, env: environment() })

/** Makes a package of the repository one of the application. */
function link(folder: string, from: string, to: string): void {
  const target = path.join(folder, 'node_modules', to)
  fs.mkdirSync(path.dirname(target), { recursive: true })
  fs.rmSync(target, { force: true })
  fs.symlinkSync(path.join(ROOT, 'node_modules', from), target)
}

/** What each entry exports, in an application. */
async function exportsIn(folder: string): Promise<Record<string, string[]>> {
  const script = `
    const all = {}
    for (const name of ${JSON.stringify(ENTRIES)}) all[name] = Object.keys(await import('parlour/' + name)).sort()
    console.log(JSON.stringify(all))`
  const { stdout } = await run(projectNode(), ['--input-type=module', '-e', script], { cwd: folder })
  return JSON.parse(stdout)
}

let installed: string

beforeAll(async () => {
  const { stdout } = await npm(ROOT, 'pack', '--json', '--pack-destination', FOLDER)
  ;[packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n')))
  tarball = path.join(FOLDER, fs.readdirSync(FOLDER).find((name) => name.endsWith('.tgz')) ?? '')
  installed = application('installed')
  await npm(installed, 'install', '--offline', tarball)
})

afterAll(() => fs.rmSync(FOLDER, { recursive: true, force: true }))

describe('the package', () => {
  it('is the client alone, with its maps, types, page and licence', () => {
    const names = packed.files.map(({ path: name }) => name)
    const others = names.filter((name) => !name.startsWith('dist/client/'))
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
    for (const name of ENTRIES) {
      expect(names).toContain(`dist/client/${name}.js`)
      expect(names).toContain(`dist/client/${name}.js.map`)
    }
    const text = (name: string) => fs.readFileSync(path.join(installed, 'node_modules/parlour', name), 'utf8')
    for (const name of names.filter((each) => each.endsWith('.d.ts'))) expect(text(name)).not.toMatch(/'zod'/)
    expect(text('dist/client/react.js')).toMatch(/^'use client';/)
    const map = JSON.parse(text('dist/client/client.js.map'))
    expect(map.names).toEqual(expect.arrayContaining(['Connection', 'Room']))
    expect(map.sourcesContent.join('')).toContain('class Connection')
  })

  it('brings nothing with it', () => {
    expect(fs.readdirSync(path.join(installed, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      'parlour',
    ])
    const { dependencies, sideEffects } = JSON.parse(
      fs.readFileSync(path.join(installed, 'node_modules/parlour/package.json'), 'utf8'),
    )
    expect([dependencies, sideEffects]).toEqual([undefined, false])
  })

  it('has no fault that publint or are-the-types-wrong knows', async () => {
    const data = fs.readFileSync(tarball)
    const { messages } = await publint({
      pkgDir: path.join(installed, 'node_modules/parlour'),
      strict: true,
      pack: false,
    })
    expect(messages).toEqual([])
    const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(data)))
    const problems = 'problems' in analysis ? analysis.problems : []
    // It is ESM for resolvers that know `exports`: what asks otherwise, asks an older Node or `require`.
    const isOurs = (problem: (typeof problems)[number]) =>
      problem.kind !== 'CJSResolvesToESM' && !('resolutionKind' in problem && problem.resolutionKind === 'node10')
    expect(problems.filter(isOurs)).toEqual([])
  })

  it.each([
    ['18', 'react18', 'types-react18'],
    ['19', 'react', '@types/react'],
  ])('is imported and type-checked under React %s, by every resolution', async (_, react, types) => {
    link(installed, react, 'react')
    link(installed, types, '@types/react')
    expect(await exportsIn(installed)).toMatchObject({
      client: ['ChatError', 'createChat'],
      history: expect.arrayContaining(['jumpTo']),
    })
    fs.writeFileSync(path.join(installed, 'app.tsx'), PROGRAM)
    for (const [resolution, module] of [
      ['bundler', 'esnext'],
      ['node16', 'node16'],
      ['nodenext', 'nodenext'],
    ]) {
      const compilerOptions = {
        target: 'es2023',
        lib: ['es2023', 'dom', 'dom.iterable'],
        module,
        moduleResolution: resolution,
        types: [],
        jsx: 'react-jsx',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
      }
      fs.writeFileSync(path.join(installed, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.tsx'] }))
      const faults = await run(projectNode(), [program('typescript', 'bin/tsc'), '-p', installed]).catch(
        ({ stdout }: { stdout: string }) => ({ stdout }),
      )
      expect(faults.stdout, resolution).toBe('')
    }
  })

  it('is installed from a git address: npm builds it there', async () => {
    const repository = application('repository')
    const { stdout } = await run('git', ['ls-files', '-z'], { cwd: ROOT })
    for (const name of stdout.split('\0').filter((each) => each !== '' && fs.existsSync(path.join(ROOT, each)))) {
      fs.mkdirSync(path.dirname(path.join(repository, name)), { recursive: true })
      fs.copyFileSync(path.join(ROOT, name), path.join(repository, name))
    }
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.test', ...args], { cwd: repository })
    await git('init', '-q')
    await git('add', '-A')
    await git('commit', '-qm', 'all')
    const folder = application('from-git')
    await npm(folder, 'install', '--prefer-offline', `git+file://${repository}`)
    link(folder, 'react', 'react')
    expect(await exportsIn(folder)).toEqual(await exportsIn(installed))
    expect(fs.existsSync(path.join(folder, 'node_modules/hono'))).toBe(false)
  })
})
