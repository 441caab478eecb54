/** `npm run doctor`, asked about a server that is well and about what goes wrong. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bindings, dependencies, disk, type Finding, localSecrets, node, runtime } from '../../scripts/examination.ts'
import type { RunningServer } from '../../scripts/server.ts'
import { readVars } from '../../scripts/setup.mjs'
import { environment, projectNode, ROOT } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const SECRET = 'Zk3uP9_qLx0vWn7RbT2yHs5DfGj8KmQc'
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-doctor-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A file of variables, readable by its owner only. */
function varsFile(text: string, mode = 0o600): string {
  const file = path.join(fs.mkdtempSync(path.join(folder, 'vars-')), '.dev.vars')
  fs.writeFileSync(file, text, { mode })
  return file
}

/** Runs the doctor. @returns its exit code, all it printed, and its findings by their check. */
function doctor(...args: string[]): Promise<{ code: number; output: string; findings: Record<string, Finding> }> {
  return new Promise((resolve, reject) => {
    const command = [path.join(ROOT, 'scripts', 'doctor.ts'), '--json', ...args]
    execFile(projectNode(), command, { cwd: ROOT, env: environment() }, (error, stdout, stderr) => {
      const output = stdout + stderr
      if (!stdout) return reject(new Error(output))
      const { findings } = JSON.parse(stdout) as { findings: Finding[] }
      const code = error ? Number(error.code) : 0
      resolve({ code, output, findings: Object.fromEntries(findings.map((finding) => [finding.check, finding])) })
    })
  })
}

describe('of a running server', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await startServer()
  })

  it('all is well, and the secret is not told', async () => {
    const { code, output, findings } = await doctor(
      '--url',
      server.url,
      '--env-file',
      varsFile(`AUTH_SECRET="${SECRET}"\n`),
    )
    expect(code).toBe(0)
    for (const check of [
      'Node',
      'Dependencies',
      'Runtime',
      'Bindings',
      'Settings',
      'Secrets',
      'Web app',
      'Server',
      'Migrations',
      'Index',
    ]) {
      expect(findings[check]).toMatchObject({ verdict: 'ok' })
    }
    expect(findings.Server?.found).toContain('healthy')
    expect(findings.Staff).toMatchObject({ verdict: 'warning', advice: expect.stringContaining('npm run admin') })
    expect(output).not.toContain(SECRET)
  })
})

describe('where nothing runs', () => {
  it('a guessable secret and a wrong setting end with 1, and are named without their values', async () => {
    const file = varsFile('AUTH_SECRET="change-me"\nEMAIL_VERIFICATION="perhaps"\nNOBODYS="x"\n')
    const { code, output, findings } = await doctor('--persist-to', path.join(folder, 'none'), '--env-file', file)
    expect(code).toBe(1)
    expect(findings.Secrets).toMatchObject({ verdict: 'failure', found: expect.stringContaining('AUTH_SECRET') })
    expect(findings.Settings).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('EMAIL_VERIFICATION'),
    })
    expect(output).not.toContain('change-me')
    expect(findings.Migrations).toMatchObject({ verdict: 'warning', found: expect.stringContaining('not made yet') })
    expect(fs.existsSync(path.join(folder, 'none'))).toBe(false)
  })

  it("a port that is another program's is told from a server", async () => {
    // Who hears that this is not HTTP may hang up at once.
    const other = net.createServer((socket) => socket.on('error', () => {}).end('hello\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = other.address() as net.AddressInfo
      const url = `http://localhost:${port}`
      const { findings } = await doctor('--url', url, '--persist-to', folder, '--env-file', varsFile('EXTRA="1"\n'))
      expect(findings.Server).toMatchObject({ verdict: 'warning', found: expect.stringContaining("another program's") })
      expect(findings.Settings).toMatchObject({ verdict: 'warning', found: 'nobody reads EXTRA' })
    } finally {
      other.close()
    }
  })
})

describe('each check', () => {
  it.each([
    ['an old Node', node('18.20.0')],
    ['dependencies that differ', dependencies(false)],
    ['a full disk', disk(1_000)],
    ['a date ahead of the runtime', runtime('2026-12-01', '4.0.0', '1.20261117.1')],
    ['no secret', localSecrets(varsFile(''))],
    ['a secret that is short', localSecrets(varsFile(`AUTH_SECRET=${SECRET.slice(0, 31)}\n`))],
    ['a secret that is made up', localSecrets(varsFile(`AUTH_SECRET="${'abc'.repeat(20)}"\n`))],
  ])('finds %s', (_, finding) => {
    expect(finding).toMatchObject({ verdict: 'failure', advice: expect.any(String) })
  })

  it('is content with what is well', () => {
    expect(node('20.0.0').verdict).toBe('ok')
    expect(runtime('2026-11-24', '4.0.0', '1.20261117.1').verdict).toBe('ok')
    expect(localSecrets(varsFile(`AUTH_SECRET='${SECRET}'\n`)).verdict).toBe('ok')
  })

  it('warns of secrets that others on the computer can read', () => {
    expect(localSecrets(varsFile(`AUTH_SECRET="${SECRET}"\n`, 0o644))).toMatchObject({ verdict: 'warning' })
  })

  it('finds what is not bound, and actors without storage', () => {
    const ROOMS = { name: 'ROOMS', class_name: 'Room' }
    const others = ['SIDEBARS', 'FEEDS', 'UPLOADS', 'BUDGETS', 'WEBHOOKS']
    const whole = {
      vars: {},
      d1_databases: [{ binding: 'DIRECTORY' }],
      r2_buckets: [{ binding: 'MEDIA' }],
      send_email: [{ name: 'EMAIL' }],
      assets: { binding: 'ASSETS' },
      durable_objects: {
        bindings: [ROOMS, ...others.map((name) => ({ name, class_name: name }))],
      },
      migrations: [
        { new_sqlite_classes: ['Room', 'SIDEBARS', 'FEEDS', 'UPLOADS'] },
        { new_sqlite_classes: ['BUDGETS', 'WEBHOOKS'] },
      ],
    }
    expect(bindings(whole).verdict).toBe('ok')
    expect(bindings({ ...whole, r2_buckets: [] })).toMatchObject({ verdict: 'failure', found: 'not bound: MEDIA' })
    const rooms = { bindings: whole.durable_objects.bindings.slice(1) }
    expect(bindings({ ...whole, durable_objects: rooms }).found).toBe('not bound: ROOMS')
    const unmade = [{ new_sqlite_classes: others }]
    expect(bindings({ ...whole, migrations: unmade })).toMatchObject({
      verdict: 'failure',
      found: 'without storage: Room',
    })
  })

  it('reads a file of variables as Wrangler does', () => {
    expect(readVars(varsFile(`# no\nONE="1 # one"\nTWO='2'\n  THREE = 3 \n`))).toEqual({
      ONE: '1 # one',
      TWO: '2',
      THREE: '3',
    })
    expect(readVars(path.join(folder, 'absent'))).toEqual({})
  })
})
