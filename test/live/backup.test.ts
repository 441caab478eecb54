/** `npm run backup` and `npm run restore`: a room goes from one server to another, as the operator does it. */
import { execFile } from 'node:child_process'
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

// Two servers, and seven commands.
it('brings a room with its files to an empty server, where its people are known by name', {
  timeout: 180_000,
}, async () => {
  const [from, to] = [await startServer(), await startServer()]
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
  )
  expect(out).toMatchObject({ code: 0 })
  expect(fs.statSync(file).mode & 0o077).toBe(0)

  const [there, staff] = [await person(to, 'bob'), await person(to, 'keeper')]
  expect((await run('admin.ts', 'staff', 'keeper', '--url', to.url)).code).toBe(0)
  const args = ['restore', file, '--json', '--url', to.url, '--token', staff.token]
  const back = await run('backup.ts', ...args)
  expect(JSON.parse(back.output)).toEqual({ room_id: room.id, messages: 1, members: 1, objects: 1, unknown_people: 1 })
  const { results } = (await asked(to, 'GET', `/api/chatrooms/${room.id}/messages/`, there.token)) as unknown as {
    results: { content: string; file: string; sender: { username: string } }[]
  }
  expect(results).toMatchObject([{ content: 'The plans', sender: { username: 'bob' } }])
  expect(Buffer.from(await (await fetch(results[0]?.file ?? '')).arrayBuffer())).toEqual(
    Buffer.alloc(3_000_000, 'plan'),
  )

  fs.truncateSync(file, fs.statSync(file).size - 10)
  const cut = await run('backup.ts', ...args)
  expect(cut).toMatchObject({ code: 1, output: expect.stringContaining('cut off') })
  expect(
    (await run('backup.ts', 'restore', path.join(folder, 'none'), '--url', to.url, '--token', staff.token)).code,
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
  )
  expect(missing).toMatchObject({ code: 1, output: expect.stringContaining('not_found') })
})
