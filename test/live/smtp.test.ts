/** Mail as it really leaves: over SMTP to a real server, and through Cloudflare's binding in a deployed build. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeSecrets } from '../../scripts/setup.mjs'
import { ROOT, wranglerCommand } from '../../scripts/wrangler.mjs'
import { type Arrived, startMailServer, USER } from './mail-server.ts'
import { startServer } from './server.ts'

const MAIL_FROM = 'The Parlour <chat@parlour.test>'
const ADA = { username: 'ada', email: 'ada@example.com', password: 'a difference engine' }

async function post(url: string, path: string, body: object, access?: string) {
  const headers = { 'content-type': 'application/json', ...(access && { authorization: `Bearer ${access}` }) }
  const method = path === 'profile' ? 'PATCH' : 'POST'
  const response = await fetch(`${url}/api/${path}/`, { method, headers, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

/** The code in the newest of so many mails. */
async function codeIn(mails: Arrived[], count: number): Promise<string> {
  await expect.poll(() => mails.length).toBe(count)
  return /^ {4}(\d{6})$/m.exec(mails.at(-1)?.text ?? '')?.[1] ?? ''
}

const lost = (log: string) => log.split('\n').filter((line) => line.includes('mail.lost'))

describe('over SMTP', () => {
  it('codes arrive and sign in: a first one, one at login, one for a forgotten password', async () => {
    const mail = await startMailServer()
    const { url, log } = await startServer({ vars: { SMTP_URL: mail.url, MAIL_FROM, EMAIL_VERIFICATION: 'required' } })

    expect((await post(url, 'register', ADA)).status).toBe(201)
    const first = await codeIn(mail.mails, 1)
    expect(mail.logins).toEqual([`${USER.name} ${USER.password}`])
    const [arrived] = mail.mails
    expect(arrived?.envelope).toEqual({ from: 'chat@parlour.test', to: [ADA.email] })
    expect(arrived?.from).toMatchObject({ name: 'The Parlour', address: 'chat@parlour.test' })
    expect(arrived?.to).toMatchObject([{ address: ADA.email }])
    expect(arrived?.subject).toBe('Confirm your e-mail address')
    expect(arrived?.html).toContain(first)
    expect(arrived?.messageId).toMatch(/@parlour\.test>$/)

    expect((await post(url, 'login', ADA)).status).toBe(403)
    const verified = await post(url, 'verify-email', { email: ADA.email, otp: first })
    expect(verified.status).toBe(200)
    await post(url, 'profile', { login_otp: true }, verified.body.access)

    const login = await post(url, 'login', ADA)
    expect([login.status, login.body.access]).toEqual([202, undefined])
    const second = await codeIn(mail.mails, 2)
    const signedIn = await post(url, 'verify-otp', { challenge: login.body.challenge, otp: second })
    expect(signedIn.status).toBe(200)

    expect((await post(url, 'forgot-password', { email: ADA.email })).status).toBe(202)
    const third = await codeIn(mail.mails, 3)
    const reset = { email: ADA.email, otp: third, new_password: 'an analytical engine' }
    expect((await post(url, 'reset-password', reset)).status).toBe(200)
    await expect.poll(() => mail.mails.at(-1)?.subject).toBe('Your password was changed')
    expect((await post(url, 'profile', {}, signedIn.body.access)).status).toBe(401)

    for (const secret of [first, second, third, ADA.email, USER.password]) expect(log()).not.toContain(secret)
    // In development it is listed as well.
    const listed = (await (await fetch(`${url}/dev/mail/`)).json()) as { subject: string }[]
    expect(listed.map(({ subject }) => subject)).toEqual(mail.mails.map(({ subject }) => subject).reverse())
  })

  it('a server that refuses fails no request, and is named in the log with nobody’s address', async () => {
    const mail = await startMailServer({
      onRcptTo: ({ address }, _session, done) => done(new Error(`no mailbox ${address} here`)),
    })
    const { url, log } = await startServer({ vars: { SMTP_URL: mail.url, MAIL_FROM } })
    expect((await post(url, 'register', ADA)).status).toBe(201)
    await expect.poll(() => lost(log())).toHaveLength(1)
    expect(lost(log())[0]).toContain('no mailbox (address) here')
    expect(log()).not.toContain(ADA.email)
    expect(mail.logins).toHaveLength(3)
    expect(mail.mails).toEqual([])
  })

  it('a server that hangs up in the middle holds nobody else up', async () => {
    let dialled = 0
    const rude = net.createServer((socket) => {
      dialled++
      socket.on('error', () => {})
      socket.write('220 good day\r\n')
      socket.on('data', () => socket.end())
    })
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void rude.close())
    const { port } = rude.address() as net.AddressInfo
    const { url, log } = await startServer({ vars: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_FROM } })
    expect((await post(url, 'register', ADA)).status).toBe(201)
    await expect.poll(() => dialled).toBeGreaterThan(0)
    for (let i = 0; i < 5; i++) expect((await post(url, 'login', ADA)).status).toBe(200)
    await expect.poll(() => lost(log())).toHaveLength(1)
    expect(lost(log())[0]).toContain('hung up')
    expect(dialled).toBe(3)
  })

  it('a password goes nowhere in clear but to this computer', async () => {
    const mail = await startMailServer()
    // The same computer, by a name that is not recognised as its own.
    const elsewhere = mail.url.replace('@127.0.0.1', '@LOCALHOST')
    const { url, log } = await startServer({ vars: { SMTP_URL: elsewhere, MAIL_FROM } })
    await post(url, 'register', ADA)
    await expect.poll(() => lost(log())).toHaveLength(1)
    expect(lost(log())[0]).toContain('no encryption')
    expect([mail.logins, mail.mails]).toEqual([[], []])
  })
})

describe('a deployed build', () => {
  it('mails through Cloudflare, keeps nothing to be looked at, and prints no code', async () => {
    const { url, log } = await startServer({ entry: 'src/index.ts', deployed: true, vars: { MAIL_FROM } })
    expect((await post(url, 'register', ADA)).status).toBe(201)
    await expect.poll(log).toMatch(/^Text: .+\.txt$/m)
    expect(log()).toContain('Subject: Confirm your e-mail address')
    // The local stand-in for the service writes what it is given into files, and prints their names.
    const text = fs.readFileSync(/^Text: (.+\.txt)$/m.exec(log())?.[1] ?? '', 'utf8')
    const code = /^ {4}(\d{6})$/m.exec(text)?.[1]
    expect(code).toBeDefined()
    expect(log()).not.toContain(code)
    const listed = await fetch(`${url}/dev/mail/`)
    expect([listed.status, await listed.json()]).toEqual([404, { code: 'not_found', detail: expect.any(String) }])
  })

  it('is told that it is in production, whatever .dev.vars says', async () => {
    const secrets = path.join(ROOT, '.dev.vars')
    if (!fs.existsSync(secrets)) {
      writeSecrets(secrets)
      onTestFinished(() => fs.rmSync(secrets))
    }
    expect(fs.readFileSync(secrets, 'utf8')).toContain('ENVIRONMENT="development"')
    const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-built-'))
    onTestFinished(() => fs.rmSync(outdir, { recursive: true, force: true }))
    const [node, args] = wranglerCommand(['deploy', '--dry-run', '--outdir', outdir])
    const { stdout } = await promisify(execFile)(node, args, { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' } })
    expect(stdout).toContain('env.ENVIRONMENT ("production")')
    expect(stdout).not.toContain('development')
  })
})
