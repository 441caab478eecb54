/** `npm start` as a newcomer meets it: what it prints, that it serves, that it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../scripts/ports.mjs'
import { checkDisk, checkNode, writeSecrets } from '../../scripts/setup.mjs'
import { ROOT } from '../../scripts/wrangler.mjs'
import { descendants, stillRunning } from './processes.ts'

const data = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-start-'))
afterAll(() => fs.rmSync(data, { recursive: true, force: true }))

// The steps under test write .dev.vars; one that was not there before the tests is not there after them.
const secrets = path.join(ROOT, '.dev.vars')
const hadSecrets = fs.existsSync(secrets)
beforeAll(() => {
  if (!hadSecrets) writeSecrets(secrets)
})
afterAll(() => {
  if (!hadSecrets) fs.rmSync(secrets, { force: true })
})

interface Started {
  child: ChildProcess
  output(): string
  ended: Promise<number | null>
}

function npmStart(port: number): Started {
  const child = spawn('npm', ['start', '--', '--persist-to', data], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return { child, output: () => output, ended: new Promise((resolve) => child.on('exit', resolve)) }
}

async function printed({ child, output }: Started, text: string): Promise<void> {
  while (!output().includes(text) && child.exitCode === null) await setTimeout(50)
  expect(output()).toContain(text)
}

describe('npm start', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('serves, and after %s no process is left', async (signal) => {
    const port = await freePort()
    const run = npmStart(port)
    await printed(run, 'Ctrl-C')
    expect(run.output()).toMatch(/✓ Starting the server +\d+\.\d s/)
    expect(run.output()).toContain(`http://localhost:${port}`)
    expect(run.output()).toContain('/dev/mail/')
    expect(await (await fetch(`http://localhost:${port}/`)).text()).toContain('<title>Parlour</title>')

    const processes = descendants(run.child.pid as number)
    expect(processes.some(({ command }) => command.includes('workerd serve'))).toBe(true)
    run.child.kill(signal)
    await run.ended
    await expect.poll(() => stillRunning(processes)).toEqual([])
  })

  it.each(['npm', 'start.mjs'])('leaves no process even when %s is killed outright', async (victim) => {
    const run = npmStart(await freePort())
    await printed(run, 'Ctrl-C')
    const npm = run.child.pid as number
    const processes = descendants(npm)
    const starter = processes.find(({ command }) => command.includes('start.mjs'))
    process.kill(victim === 'npm' ? npm : (starter as { pid: number }).pid, 'SIGKILL')
    await expect.poll(() => stillRunning(processes)).toEqual([])
  })

  it('says what to do when the port is taken', async () => {
    const port = await freePort()
    const other = net.createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
    onTestFinished(() => void other.close())
    const run = npmStart(port)
    expect(await run.ended).toBe(1)
    expect(run.output()).toContain(`Port ${port} is taken`)
    expect(run.output()).toContain(`PORT=${port + 1} npm start`)
  })
})

describe('the first steps', () => {
  it('refuse a Node that is too old, with the way out', () => {
    expect(() => checkNode('18.20.4')).toThrow('Node 20 or later is needed and this is 18.20.4.')
    expect(() => checkNode('20.0.0')).not.toThrow()
  })

  it('refuse a full disk, with the figures', () => {
    expect(() => checkDisk(12 * 2 ** 20, 700 * 2 ** 20)).toThrow('12 MB are free and 700 MB are needed')
    expect(() => checkDisk(700 * 2 ** 20, 700 * 2 ** 20)).not.toThrow()
  })

  it('make a secret of their own each time, readable by the owner only, and never overwrite one', () => {
    const [one, two] = [path.join(data, 'one'), path.join(data, 'two')] as const
    writeSecrets(one)
    writeSecrets(two)
    const secret = (file: string) => /^AUTH_SECRET="(.*)"$/m.exec(fs.readFileSync(file, 'utf8'))?.[1]
    expect(secret(one)).toMatch(/^[\w-]{43}$/)
    expect(secret(one)).not.toBe(secret(two))
    expect(fs.statSync(one).mode & 0o777).toBe(0o600)
    expect(() => writeSecrets(one)).toThrow('EEXIST')
  })
})
