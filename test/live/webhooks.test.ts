/** A webhook on a real server, to a real receiver that is killed and started again. */
import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { ROOT } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const persistTo = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-webhooks-')), 'store')
afterAll(() => fs.rmSync(path.dirname(persistTo), { recursive: true, force: true }))

const MESSAGES = 30

it('[R131] a receiver that is killed and started again has got every message once it is back, in order', async () => {
  const server = await startServer({ persistTo })
  const AUTH_SECRET = fs.readFileSync(path.join(persistTo, 'auth-secret'), 'utf8')
  const key = ['key', 'create', 'product', '--json', '--url', server.url, '--persist-to', persistTo]
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/admin.ts'), ...key], {
    env: { ...process.env, AUTH_SECRET, NO_COLOR: '1' },
  })
  const host = JSON.parse(stdout).secret as string
  const call = async (method: string, at: string, token: string, body: object) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const answer = await fetch(server.url + at, { method, headers, body: JSON.stringify(body) })
    // biome-ignore lint/suspicious/noExplicitAny: the test says what it expects in it
    const read = (await answer.json()) as any
    if (!answer.ok) throw new Error(`${answer.status}: ${JSON.stringify(read)}`)
    return read
  }

  let secret = ''
  const contents: string[] = []
  const seen = new Set<string>()
  const receive = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers
    const whole = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    const expected = `v1,${whole.update(`${id}.${timestamp}.${body}`).digest('base64')}`
    if (signature === expected && !seen.has(String(id))) {
      seen.add(String(id))
      contents.push(JSON.parse(body).data.content)
    }
    response.writeHead(signature === expected ? 204 : 401).end()
  }
  const listen = (port: number) =>
    new Promise<http.Server>((resolve) => {
      const receiver = http.createServer((request, response) => void receive(request, response))
      receiver.listen(port, '127.0.0.1', () => resolve(receiver))
    })
  const kill = (receiver: http.Server) =>
    new Promise<void>((resolve) => {
      receiver.close(() => resolve())
      receiver.closeAllConnections()
    })

  let receiver = await listen(0)
  const { port } = receiver.address() as AddressInfo
  ;({ secret } = await call('POST', '/api/server/webhooks/', host, {
    url: `http://127.0.0.1:${port}/`,
    events: ['message.new'],
  }))
  const { access } = await call('POST', '/api/register/', '', {
    email: 'ada@parlour.test',
    password: 'a difference engine',
  })
  const room = await call('POST', '/api/chatrooms/', access, { room_name: 'Orders' })
  for (let n = 0; n < MESSAGES; n++) {
    if (n === 10) await kill(receiver)
    if (n === 20) {
      // While nothing listens, what was sent meanwhile has not arrived.
      expect(contents.length).toBeLessThanOrEqual(10)
      receiver = await listen(port)
    }
    await call('POST', `/api/chatrooms/${room.id}/messages/`, access, { content: `Order ${n}` })
  }
  await expect.poll(() => contents.length, { timeout: 60_000, interval: 100 }).toBe(MESSAGES)
  expect(contents).toEqual(Array.from({ length: MESSAGES }, (_, n) => `Order ${n}`))
  await kill(receiver)
}, 180_000)
