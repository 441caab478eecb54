/** The server of the other live tests: each has a store of its own, which survives whatever happens to the processes. */
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../scripts/ports.mjs'
import { blankStore } from '../../scripts/store.mjs'
import { serve } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const ADA = { username: 'ada', email: 'ada@example.com', password: 'a difference engine' }

async function post(url: string, body: object) {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as { access: string } }
}

const profile = (url: string, access: string) =>
  fetch(`${url}/api/profile/`, { headers: { authorization: `Bearer ${access}` } })

describe('a live server', () => {
  it.each([
    ['restarted', true],
    ['killed outright and started again', true],
    ['killed outright and started again', false],
  ])('keeps its data and sessions when %s (under Wrangler: %s)', async (how, dev) => {
    const server = await startServer({ entry: 'src/index.ts', dev })
    const { status, body } = await post(`${server.url}/api/register/`, ADA)
    expect(status).toBe(201)
    if (how !== 'restarted') {
      await server.kill()
      await expect(fetch(server.url)).rejects.toThrow()
    }
    await server.restart()
    expect((await profile(server.url, body.access)).status).toBe(200)
    expect(server.log().match(/Ready on/g)).toHaveLength(2)
  })

  it('knows nothing of another, running at the same time', async () => {
    const [one, other] = [
      await startServer({ entry: 'src/index.ts', dev: true }),
      await startServer({ entry: 'src/index.ts', dev: true }),
    ]
    const { body } = await post(`${one.url}/api/register/`, ADA)
    expect((await profile(one.url, body.access)).status).toBe(200)
    expect((await profile(other.url, body.access)).status).toBe(401)
    expect((await post(`${other.url}/api/register/`, ADA)).status).toBe(201)
  })

  it('takes variables', async () => {
    const server = await startServer({ vars: { EMAIL_VERIFICATION: 'required' } })
    const { status, body } = await post(`${server.url}/api/register/`, ADA)
    expect(status).toBe(201)
    expect(body).toMatchObject({ verification_required: true, access: null })
  })
})

describe('a port that is taken', () => {
  async function takenPort(): Promise<number> {
    const holder = net.createServer((socket) => socket.destroy())
    const port = await freePort()
    await new Promise<void>((listening) => holder.listen(port, '127.0.0.1', listening))
    onTestFinished(() => void holder.close())
    return port
  }

  async function serveOn(port: number | (() => Promise<number>)) {
    const store = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-port-'))
    onTestFinished(() => fs.rmSync(store, { recursive: true, force: true }))
    await blankStore(store)
    return await serve({
      port,
      args: ['--ip', '127.0.0.1', '--persist-to', store, '--inspector-port', '0'],
      onOutput: () => {},
    })
  }

  it('is left for another when it was found, not asked for', async () => {
    const found = [await takenPort(), await freePort()]
    const server = await serveOn(async () => found.shift() as number)
    onTestFinished(() => server.stop())
    expect(found).toEqual([])
    expect((await fetch(server.url)).status).toBe(200)
  })

  it('is named when it was asked for', async () => {
    const port = await takenPort()
    await expect(serveOn(port)).rejects.toMatchObject({ details: expect.stringContaining(`127.0.0.1:${port}`) })
  })
})
