/**
 * `wrangler deploy` uploads no development server, whatever its variables, .dev.vars and NODE_ENV say: these tests serve
 * the bundle that it makes and ask for everything that a development server has.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ApiClient } from '../../lab/harness/api-client.ts'
import type { RunningServer } from '../../scripts/server.ts'
import { writeSecrets } from '../../scripts/setup.mjs'
import { environment, ROOT, wranglerCommand } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

/** Every variable that a development server honours. */
const AGAINST = {
  ENVIRONMENT: 'development',
  NODE_ENV: 'development',
  RATE_LIMITS: 'off',
  ALLOWED_ORIGINS: '*',
  MAIL_FROM: 'Parlour <chat@example.com>',
}
const ADA = { username: 'ada', email: 'demo.ada@example.com', password: 'a difference engine' }

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-deployed-'))
const store = path.join(folder, 'store')
let server: RunningServer
let access: string

const ask = (method: string, place: string, body?: object, headers: Record<string, string> = {}) =>
  fetch(server.url + place, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  })

beforeAll(async () => {
  server = await startServer({ entry: 'src/index.ts', deployed: true, persistTo: store, vars: AGAINST })
  const registered = await ask('POST', '/api/register/', ADA)
  expect(registered.status).toBe(201)
  access = ((await registered.json()) as { access: string }).access
})

/** The directory as it is on the disk. */
function directory(readOnly = true): DatabaseSync {
  const databases = path.join(store, 'v3/d1/miniflare-D1DatabaseObject')
  const [file = ''] = fs.readdirSync(databases).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  return new DatabaseSync(path.join(databases, file), { readOnly })
}

function rows(sql: string): Record<string, unknown>[] {
  const database = directory()
  try {
    return database.prepare(sql).all()
  } finally {
    database.close()
  }
}

describe('a deployed build, with every variable set against it', () => {
  it.each([
    ['/dev/mail/', 'GET'],
    ['/dev/mail', 'GET'],
    ['/dev/mail/', 'POST'],
    ['/dev/demo/', 'GET'],
    ['/dev/demo/', 'PURGE'],
    ['/dev/', 'GET'],
    ['/dev/lab/lives', 'GET'],
    ['/DEV/mail/', 'GET'],
    ['//dev/mail/', 'GET'],
    ['/dev/%6dail/', 'GET'],
  ])('has no %s (%s)', async (place, method) => {
    const answer = await ask(method, place, undefined, { accept: 'application/json' })
    const text = await answer.text()
    expect(text).not.toMatch(/Confirm your|tea at five|"recipient"|"people"/)
    // Static assets answer paths that are not the Worker's with the app's page.
    if (place.startsWith('/dev/')) expect([answer.status, JSON.parse(text).code]).toEqual([404, 'not_found'])
  })

  it('keeps no mail that it sends', async () => {
    await expect.poll(() => server.log()).toContain('Subject: Confirm your e-mail address')
    expect(rows('SELECT count(*) AS kept FROM dev_mail')).toEqual([{ kept: 0 }])
  })

  it('counts what is done, exactly', async () => {
    const { rates } = (await (await ask('GET', '/api/limits/')).json()) as { rates: { login: { limit: number } } }
    const wrong = { identifier: ADA.username, password: 'not the engine' }
    const answers = []
    for (let n = 0; n <= rates.login.limit; n++) answers.push((await ask('POST', '/api/login/', wrong)).status)
    expect(answers.at(-1)).toBe(429)
  })

  it('lets no page of another origin read or connect', async () => {
    const origin = 'https://evil.example'
    const read = await ask('GET', '/api/profile/', undefined, { origin, authorization: `Bearer ${access}` })
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
    const socket = await new ApiClient(server.url).knock(`/ws/sidebar/?token=${access}`, { origin })
    expect([socket.status, socket.body.code]).toEqual([403, 'origin_not_allowed'])
  })

  it('hashes passwords at their full cost', () => {
    const [{ password_hash }] = rows('SELECT password_hash FROM users') as [{ password_hash: string }]
    expect(password_hash).toMatch(/\b(N=|ln=)?(16384|14)\b/)
  })

  it('tells nothing of its insides: no stack, no source map, no header of who made it', async () => {
    for (const place of ['/api/profile/', '/api/users/999/', '/api/chatrooms/1/', '/api/nothing/', '/']) {
      for (const headers of [undefined, { 'x-debug': '1', 'x-request-id': 'x', 'cf-debug': '1', cookie: 'debug=1' }]) {
        const answer = await ask('GET', place, undefined, { authorization: `Bearer ${access}`, ...headers })
        const text = await answer.text()
        expect(text).not.toMatch(/\bat [\w./:-]+:\d+|node_modules|\.ts\b|sourceMappingURL|Error:/)
        const named = [...answer.headers.keys()].filter((name) => /powered|server-timing|debug|sourcemap/i.test(name))
        expect(named).toEqual([])
      }
    }
    const files = fs.readdirSync(path.join(ROOT, 'dist/web'), { recursive: true }) as string[]
    expect(files.filter((name) => name.endsWith('.map'))).toEqual([])
    for (const name of files.filter((each) => each.endsWith('.js'))) {
      expect(fs.readFileSync(path.join(ROOT, 'dist/web', name), 'utf8')).not.toContain('sourceMappingURL')
    }
  })

  it('says nothing but that it failed, where it fails', async () => {
    await server.stop()
    const database = directory(false)
    database.exec('ALTER TABLE users RENAME TO lost')
    database.close()
    server = await startServer({ entry: 'src/index.ts', deployed: true, persistTo: store, vars: AGAINST })
    const answer = await ask('POST', '/api/login/', { identifier: 'ada', password: 'x' })
    expect([answer.status, await answer.json()]).toEqual([500, { code: 'internal', detail: expect.any(String) }])
  })
})

describe('wrangler deploy', () => {
  const deploy = async (args: string[] = [], env: Record<string, string> = {}) => {
    const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-outdir-'))
    onTestFinished(() => fs.rmSync(outdir, { recursive: true, force: true }))
    const [node, all] = wranglerCommand(['deploy', '--dry-run', '--outdir', outdir, ...args])
    const { NODE_ENV: _, ...inherited } = environment() as Record<string, string>
    await promisify(execFile)(node, all, { cwd: ROOT, env: { ...inherited, NO_COLOR: '1', ...env } })
    return fs.readFileSync(path.join(outdir, 'index.js'), 'utf8')
  }
  /** Texts and names that only a development server's bundle has in its code. */
  const OF_DEVELOPMENT = /tea at five|dev_mail|keepMail|demoAccounts|None has been sent/

  it('leaves out what only a development server has, beside a .dev.vars and with variables that ask for it', async () => {
    const secrets = path.join(ROOT, '.dev.vars')
    if (!fs.existsSync(secrets)) {
      writeSecrets(secrets)
      onTestFinished(() => fs.rmSync(secrets))
    }
    const text = await deploy(['--var', 'ENVIRONMENT:development', '--env-file', secrets], { NODE_ENV: 'test' })
    expect(text).not.toMatch(OF_DEVELOPMENT)
    expect(await deploy(['--define', 'process.env.NODE_ENV:"development"'])).toMatch(OF_DEVELOPMENT)
  })

  it('is refused where its builder is in development', async () => {
    await expect(deploy([], { NODE_ENV: 'development' })).rejects.toThrow(/NODE_ENV=production/)
  })
})
