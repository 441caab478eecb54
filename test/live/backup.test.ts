/** `npm run backup` and `npm run restore`: a room goes from one server to another, as the operator does it. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { RunningServer } from '../../scripts/server.ts'
import { environment, projectNode, ROOT } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-backup-'))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function run(script: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(
      projectNode(),
      [path.join(ROOT, 'scripts', script), ...args],
      { cwd: ROOT, env: environment() },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    )
  })
}

async function asked(server: RunningServer, method: string, place: string, token?: string, body?: object | FormData) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const isForm = body instanceof FormData
  if (body && !isForm) headers['content-type'] = 'application/json'
  const answer = await fetch(`${server.url}${place}`, { method, headers, body: isForm ? body : JSON.stringify(body) })
  return (await answer.json()) as Record<string, never>
}

/** Somebody of that name. @returns their id and access token. */
async function person(server: RunningServer, username: string): Promise<{ id: number; token: string }> {
  const body = { username, email: `${username}@example.com`, password: 'a difference engine' }
  const { user, access } = (await asked(server, 'POST', '/api/register/', undefined, body)) as unknown as {
    user: { id: number }
    access: string
  }
  return { id: user.id, token: access }
}

/** The operator's key, made by the command. @returns its file, and the public half */
async function operatorKey(name: string): Promise<{ key: string; OPERATOR_PUBLIC_KEY: string }> {
  const key = path.join(folder, name)
  const made = await run('admin.ts', 'operator-key', '--key', key, '--json')
  expect(fs.statSync(key).mode & 0o077).toBe(0)
  return { key, OPERATOR_PUBLIC_KEY: (JSON.parse(made.output) as { public_key: string }).public_key }
}

// Two servers, and ten commands.
it('brings a room with its files to an empty server of the same secret, where a map says who its people are', async () => {
  const [{ key, OPERATOR_PUBLIC_KEY }, other] = [await operatorKey('key.json'), await operatorKey('other.json')]
  expect(await run('admin.ts', 'operator-key', '--key', key)).toMatchObject({
    code: 1,
    output: expect.stringContaining('already'),
  })
  const vars = { OPERATOR_PUBLIC_KEY, AUTH_SECRET: randomBytes(32).toString('base64url') }
  const [from, to] = [await startServer({ vars }), await startServer({ vars })]
  const [ada, bob] = [await person(from, 'ada'), await person(from, 'bob')]
  expect((await run('admin.ts', 'staff', 'ada', '--url', from.url)).code).toBe(0)
  const room = await asked(from, 'POST', '/api/chatrooms/', ada.token, {
    room_name: 'Engines',
    participant_ids: [bob.id],
  })
  const form = new FormData()
  form.append('content', 'The plans')
  form.append('file', new Blob([Buffer.alloc(3_000_000, 'plan')]), 'plans.bin')
  await asked(from, 'POST', `/api/chatrooms/${room.id}/messages/`, bob.token, form)

  const file = path.join(folder, 'room.ndjson')
  const out = await run(
    'backup.ts',
    'backup',
    '--room',
    String(room.id),
    '--out',
    file,
    '--url',
    from.url,
    '--token',
    ada.token,
    '--key',
    key,
  )
  expect(out).toMatchObject({ code: 0 })
  expect(fs.statSync(file).mode & 0o077).toBe(0)

  const [there, staff] = [await person(to, 'bob'), await person(to, 'keeper')]
  expect((await run('admin.ts', 'staff', 'keeper', '--url', to.url)).code).toBe(0)
  const args = ['restore', file, '--json', '--part', '1000000', '--url', to.url, '--token', staff.token, '--key', key]
  for (const [wrong, why] of [
    [[...args.slice(0, -1), other.key], 'operator_only'],
    [[...args.slice(0, -1), path.join(folder, 'nowhere.json')], "no operator's key"],
    // Somebody here is called bob, as in the file: that makes them nobody's heir.
    [args, 'Say by map'],
  ] as const) {
    expect(await run('backup.ts', ...wrong)).toMatchObject({ code: 1, output: expect.stringContaining(why) })
  }
  const back = await run('backup.ts', ...args, '--map', `${bob.id}=${there.id}`)
  expect(JSON.parse(back.output)).toEqual({ room_id: room.id, messages: 1, members: 1, objects: 1, unknown_people: 1 })
  const { results } = (await asked(to, 'GET', `/api/chatrooms/${room.id}/messages/`, there.token)) as unknown as {
    results: { content: string; file: string; sender: { username: string } }[]
  }
  expect(results).toMatchObject([{ content: 'The plans', sender: { username: 'bob' } }])
  expect(Buffer.from(await (await fetch(results[0]?.file ?? '')).arrayBuffer())).toEqual(
    Buffer.alloc(3_000_000, 'plan'),
  )

  fs.truncateSync(file, fs.statSync(file).size - 10)
  const cut = await run('backup.ts', ...args, '--map', `${bob.id}=${there.id}`)
  expect(cut).toMatchObject({ code: 1, output: expect.stringContaining('cut off') })
  expect(
    (
      await run(
        'backup.ts',
        'restore',
        path.join(folder, 'none'),
        '--url',
        to.url,
        '--token',
        staff.token,
        '--key',
        key,
      )
    ).code,
  ).toBe(1)
  const missing = await run(
    'backup.ts',
    'backup',
    '--room',
    '77',
    '--out',
    file,
    '--url',
    to.url,
    '--token',
    staff.token,
    '--key',
    key,
  )
  expect(missing).toMatchObject({ code: 1, output: expect.stringContaining('not_found') })
})
