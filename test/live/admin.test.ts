/** `npm run admin` as an operator uses it: on a server that runs, and on one that does not. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { written } from '../../scripts/directory.ts'
import type { RunningServer } from '../../scripts/server.ts'
import { readVars } from '../../scripts/setup.mjs'
import { ROOT } from '../../scripts/wrangler.mjs'
import { jpeg } from '../media/fixtures.ts'
import { startServer } from './server.ts'

const persistTo = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-admin-')), 'store')
afterAll(() => fs.rmSync(path.dirname(persistTo), { recursive: true, force: true }))

const PASSWORD = 'a difference engine'
let server: RunningServer

beforeAll(async () => {
  server = await startServer({ persistTo })
})

/** Runs a verb against the server's address and store. */
async function admin(...args: string[]): Promise<{ code: number; output: string }> {
  const AUTH_SECRET = fs.readFileSync(path.join(persistTo, 'auth-secret'), 'utf8')
  const command = [path.join(ROOT, 'scripts/admin.ts'), ...args, '--url', server.url, '--persist-to', persistTo]
  const options = { env: { ...process.env, AUTH_SECRET, NO_COLOR: '1' } }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, options)
    return { code: 0, output: stdout }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, output: stdout + stderr }
  }
}

/** The value that a verb answers. */
async function json(...args: string[]) {
  const { code, output } = await admin(...args, '--json')
  if (code !== 0) throw new Error(output)
  return JSON.parse(output)
}

async function call(method: string, at: string, body?: object, access?: string) {
  const headers = { 'content-type': 'application/json', ...(access ? { authorization: `Bearer ${access}` } : {}) }
  const answer = await fetch(`${server.url}${at}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect in it
  return { status: answer.status, body: (await answer.json()) as any }
}

const login = (identifier: string, password = PASSWORD) => call('POST', '/api/login/', { identifier, password })

async function open(at: string, access: string): Promise<WebSocket> {
  const socket = new WebSocket(`${server.socketUrl}${at}?token=${access}`)
  await new Promise((resolve, reject) => {
    socket.addEventListener('message', resolve, { once: true })
    socket.addEventListener('error', reject, { once: true })
  })
  return socket
}

/**
 * Whether a socket's Close has arrived. Its event comes later: the local runtime lets go of the connection only when the
 * actor next sleeps, ten seconds on.
 */
const closing = ({ readyState }: WebSocket) => readyState >= WebSocket.CLOSING

describe('the operator’s verbs, while the server runs,', () => {
  it('make accounts and the first staff', async () => {
    const made = await json('create', 'boss@example.com', '--username', 'boss', '--password', PASSWORD)
    expect(made).toEqual({
      id: expect.any(Number),
      username: 'boss',
      email: 'boss@example.com',
      staff: false,
      disabled: false,
    })
    expect(await json('staff', 'boss')).toMatchObject({ id: made.id, staff: true })
    expect(await json('staff', String(made.id), '--revoke', '--dry-run')).toMatchObject({ dry_run: true })
    const found = await json('users', 'boss')
    expect(found).toEqual([expect.objectContaining({ id: made.id, staff: true })])
  })

  it('refuse what cannot be, in words, and do nothing', async () => {
    for (const [args, words] of [
      [['create', 'no address'], 'Enter a valid e-mail address.'],
      [['create', 'boss@example.com'], 'This e-mail address cannot be used.'],
      [['staff', 'nobody'], 'There is no account nobody.'],
      [['disable'], 'Whom?'],
      [['frobnicate'], 'npm run admin -- <verb>'],
      [['stats', '--frobnicate'], 'frobnicate'],
    ] as const) {
      const { code, output } = await admin(...args)
      expect(output).toContain(words)
      expect(code).toBe(1)
    }
  })

  it('give a password when none was chosen, and show it once', async () => {
    const { output } = await admin('create', 'guest@example.com', '--username', 'guest')
    expect(output).toMatch(/Password {2}[\w-]{16}\n/)
  })

  it('count, and keep a trail of what they did', async () => {
    const stats = await json('count')
    expect(stats.users.total).toBeGreaterThanOrEqual(2)
    expect(await json('stats')).toEqual(stats)
    const [latest] = await json('audit', '--limit', '1')
    expect(latest).toMatchObject({ action: 'user.created', actor: null, user: 'guest' })
    expect((await admin('audit')).output).toContain('staff.granted')
  })

  it('lead to staff whom the API knows at once', async () => {
    const { body } = await login('boss')
    const stats = await call('GET', '/api/admin/stats/', undefined, body.access)
    expect([stats.status, stats.body.users.staff]).toEqual([200, 1])
    const trail = await call('GET', '/api/admin/audit/', undefined, body.access)
    expect(trail.body.map(({ actor }: { actor: unknown }) => actor)).toContain(null)
  })

  it('disable an account: its sockets close, it is kept out, and enabling lets it in', async () => {
    await json('create', 'victim@example.com', '--username', 'victim', '--password', PASSWORD)
    const { body } = await login('victim')
    const room = await call('POST', '/api/chatrooms/', { room_name: 'Den' }, body.access)
    const sockets = [await open(`/ws/chat/${room.body.id}/`, body.access), await open('/ws/sidebar/', body.access)]
    expect(await json('disable', 'victim', '--dry-run')).toMatchObject({ dry_run: true })
    expect(sockets.map(closing)).toEqual([false, false])
    expect((await login('victim')).status).toBe(200)

    const done = await json('disable', 'victim')
    expect(done).toMatchObject({ username: 'victim', disabled: true, sessions_ended: 2, sockets: 'closed' })
    for (const socket of sockets) await expect.poll(() => closing(socket)).toBe(true)
    expect((await login('victim')).body.code).toBe('account_disabled')
    expect((await call('GET', '/api/profile/', undefined, body.access)).status).toBe(401)

    expect(await json('enable', 'victim@example.com')).toMatchObject({ disabled: false })
    expect((await login('victim')).status).toBe(200)
  })

  it('issue a token that opens requests and sockets, for an hour', async () => {
    const { access, expires_in } = await json('token', 'victim')
    expect(expires_in).toBe(3_600)
    expect((await call('GET', '/api/profile/', undefined, access)).body.username).toBe('victim')
    await open('/ws/sidebar/', access)
    expect((await admin('token', 'victim')).output.trim()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect((await admin('token', 'victim', '--remote')).output).toContain('for the local server only')
  })

  it('leave the last staff account its rights', async () => {
    expect((await admin('staff', 'boss', '--revoke')).output).toContain('There must always be one staff account')
    expect((await admin('disable', 'boss')).output).toContain('There must always be one staff account')
    expect((await login('boss')).body.user.is_staff).toBe(true)
  })
})

describe('the operator’s verbs, while the server is stopped,', () => {
  beforeAll(() => server.kill())

  it('do the same to its store', async () => {
    const made = await json('create', 'heir@example.com', '--username', 'heir', '--password', PASSWORD, '--staff')
    expect(made).toMatchObject({ username: 'heir', staff: true })
    expect(await json('staff', 'boss', '--revoke')).toMatchObject({ staff: false })
    expect((await admin('create', 'heir@example.com')).output).toContain('This e-mail address cannot be used.')
    const [latest] = await json('audit', '--limit', '1')
    expect(latest).toMatchObject({ action: 'staff.revoked', actor: null, user: 'boss' })
  })

  it('disable an account, whose sockets went with the server', async () => {
    expect(await json('disable', 'victim')).toMatchObject({ disabled: true, sockets: 'no_server' })
  })

  it('hold when it starts again', async () => {
    await server.restart()
    expect((await login('victim')).body.code).toBe('account_disabled')
    expect((await login('heir')).body.user.is_staff).toBe(true)
    expect((await login('boss')).body.user.is_staff).toBe(false)
  })
})

describe('rotating the secret', () => {
  const varsFile = path.join(path.dirname(persistTo), 'vars')
  const secretFile = path.join(persistTo, 'auth-secret')
  const rotate = (...args: string[]) => admin('rotate-secret', '--env-file', varsFile, ...args)

  it('refuses while the server runs, and explains itself without doing anything', async () => {
    fs.writeFileSync(varsFile, `# mine\nAUTH_SECRET="${fs.readFileSync(secretFile, 'utf8')}"\nRATE_LIMITS="off"\n`)
    const before = fs.readFileSync(varsFile, 'utf8')
    expect(await rotate()).toMatchObject({ code: 1, output: expect.stringContaining('Stop it, rotate') })
    expect(await rotate('--dry-run')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Nobody is signed out'),
    })
    const remote = await promisify(execFile)(
      process.execPath,
      [path.join(ROOT, 'scripts/admin.ts'), 'rotate-secret', '--remote', '--dry-run'],
      { env: { ...process.env, NO_COLOR: '1' } },
    )
    expect(remote.stdout).toContain('AUTH_SECRET_PREVIOUS')
    expect(fs.readFileSync(varsFile, 'utf8')).toBe(before)
  })

  it('signs nobody out: tokens, links of images, uploads and codes made before stay good, new ones are of the new secret', async () => {
    const { body: heir } = await login('heir')
    const upload = async (file: Blob, access: string) => {
      const form = new FormData()
      form.append('image', file, 'tower.jpg')
      const headers = { authorization: `Bearer ${access}` }
      return (await fetch(`${server.url}/api/images/`, { method: 'POST', headers, body: form })).json() as Promise<{
        id: string
        url: string
      }>
    }
    const picture = new Blob([jpeg()])
    const image = await upload(picture, heir.access)
    const room = await call('POST', '/api/chatrooms/', { room_name: 'Den' }, heir.access)
    const email = 'forgetful@example.com'
    await call('POST', '/api/register/', { email, username: 'forgetful', password: PASSWORD })
    await call('POST', '/api/forgot-password/', { email })
    const mails = async () => (await call('GET', '/dev/mail/')).body as { to: string; subject: string; text: string }[]
    const subject = 'Your code for a new password'
    await expect.poll(async () => (await mails()).some((mail) => mail.subject === subject)).toBe(true)
    const otp = /^ +(\d{6})$/m.exec((await mails()).find((mail) => mail.subject === subject)?.text ?? '')?.[1]

    await server.stop()
    const before = readVars(varsFile)
    expect((await rotate()).code).toBe(0)
    const after = readVars(varsFile)
    expect(after).toEqual({
      AUTH_SECRET: expect.stringMatching(/^[\w-]{43}$/),
      AUTH_SECRET_PREVIOUS: before.AUTH_SECRET,
      RATE_LIMITS: 'off',
    })
    expect(fs.statSync(varsFile).mode & 0o777).toBe(0o600)
    expect(fs.readFileSync(varsFile, 'utf8')).toMatch(/^# mine\n/)
    server = await startServer({ persistTo, vars: after })

    expect((await call('GET', '/api/profile/', undefined, heir.access)).status).toBe(200)
    expect((await fetch(image.url.replace(/^http:\/\/[^/]+/, server.url))).status).toBe(200)
    const sent = await call('POST', `/api/chatrooms/${room.body.id}/messages/`, { image_id: image.id }, heir.access)
    expect(sent.status).toBe(201)
    expect((await call('POST', '/api/reset-password/', { email, otp, new_password: `${PASSWORD}!` })).status).toBe(200)
    const renewed = await call('POST', '/api/token/refresh/', { refresh: heir.refresh })
    expect(renewed.status).toBe(200)
    const kid = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid
    expect(kid(renewed.body.access)).not.toBe(kid(heir.access))
    const [latest] = await json('audit', '--limit', '1')
    expect(latest).toMatchObject({ action: 'secret.rotated', actor: null })

    // Without the overlap the same token is nothing: what was shown above is the overlap's doing.
    await server.stop()
    server = await startServer({ persistTo, vars: { ...after, AUTH_SECRET_PREVIOUS: '' } })
    expect((await call('GET', '/api/profile/', undefined, heir.access)).status).toBe(401)
    expect((await call('GET', '/api/profile/', undefined, renewed.body.access)).status).toBe(200)
  })
})

describe('values written into a statement', () => {
  it.each([
    ['SELECT ?1, ?2, ?1', [1, null], 'SELECT 1, NULL, 1'],
    ['SELECT ?, ?', [1, 2], 'SELECT 1, 2'],
    [`SELECT '?1', "?2", ?1`, [7, 8], `SELECT '?1', "?2", 7`],
    [`SELECT 'it''s ?1' || ?1`, ['x'], `SELECT 'it''s ?1' || CAST(X'78' AS TEXT)`],
    [
      'SELECT ?1',
      [`'); DROP TABLE users; --`],
      `SELECT CAST(X'27293b2044524f50205441424c452075736572733b202d2d' AS TEXT)`,
    ],
  ] as const)('%s', (sql, values, expected) => {
    expect(written(sql, values)).toBe(expected)
  })

  it('are never missing', () => {
    expect(() => written('SELECT ?2', [1])).toThrow('without a value')
  })
})
