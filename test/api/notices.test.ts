/** The outbox of the directory: ended sessions close their sockets, and failed calls are retried. */
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { app } from '../../src/api/app'
import { CLOSE } from '../../src/config'
import { ask, ORIGIN, PASSWORD, type Someone, signIn, signUp } from '../support/api'

afterEach(() => vi.restoreAllMocks())

/** A socket of somebody, and the code with which it closes. */
async function open(who: Someone, path = '/ws/sidebar/'): Promise<{ closed: Promise<number>; socket: WebSocket }> {
  const { ticket } = (await ask('POST', '/api/socket-ticket/', { token: who.access })).body
  const request = new Request(`${ORIGIN}${path}?ticket=${ticket}`, { headers: { Upgrade: 'websocket' } })
  const { webSocket } = await app.fetch(request, env)
  if (!webSocket) throw new Error('no socket')
  webSocket.accept()
  const closed = new Promise<number>((resolve) => webSocket.addEventListener('close', ({ code }) => resolve(code)))
  return { closed, socket: webSocket }
}

/** Whether a condition becomes true within a moment. */
const soon = <T>(happening: Promise<T>) =>
  Promise.race([happening, new Promise<'not yet'>((resolve) => setTimeout(resolve, 300, 'not yet'))])

test('signing out closes the sockets of that session, on every actor, and no other', async () => {
  const ada = await signUp('ada')
  const phone = await signIn(ada)
  const sockets = await Promise.all([open(phone), open(phone), open(phone, '/ws/notifications/')])
  const other = await open(ada)
  await ask('POST', '/api/logout/', { body: { refresh: phone.refresh } })
  for (const { closed } of sockets) expect(await soon(closed)).toBe(CLOSE.sessionEnded)
  expect(await soon(other.closed)).toBe('not yet')
  other.socket.close()
})

test('a new password, a replayed refresh token and ending a session close sockets as well', async () => {
  const bob = await signUp('bob')
  const spent = await open(bob)
  const { access } = (await ask('POST', '/api/token/refresh', { body: { refresh: bob.refresh } })).body
  await ask('GET', '/api/profile', { token: access })
  expect(await soon(spent.closed)).toBe('not yet')
  await ask('POST', '/api/token/refresh', { body: { refresh: bob.refresh } })
  expect(await soon(spent.closed)).toBe(CLOSE.sessionEnded)

  const [phone, tablet] = [await signIn(bob), await signIn(bob)]
  const [ofPhone, ofTablet] = [await open(phone), await open(tablet)]
  const sessions = (await ask('GET', '/api/sessions', { token: phone.access })).body
  const { id } = sessions.find((session: { current: boolean }) => session.current)
  await ask('DELETE', `/api/sessions/${id}`, { token: tablet.access })
  expect(await soon(ofPhone.closed)).toBe(CLOSE.sessionEnded)

  const laptop = await signIn(bob)
  const body = { old_password: PASSWORD, new_password: 'another long password' }
  await ask('PATCH', '/api/profile', { token: laptop.access, body })
  expect(await soon(ofTablet.closed)).toBe(CLOSE.sessionEnded)
})

/** Sidebars of which the first `times` calls fail; after that they are the real ones. */
function failing(times: number): Partial<Env> {
  const real = env.SIDEBARS
  let left = times
  const SIDEBARS = {
    getByName(name: string) {
      if (left-- > 0) throw new Error('Network connection lost.')
      return real.getByName(name)
    },
  }
  return { SIDEBARS: SIDEBARS as unknown as Env['SIDEBARS'] }
}

test('a sidebar that fails at first hears of it at last, and the request never knows', async () => {
  const carol = await signUp('carol')
  const { closed } = await open(carol)
  const out = await ask('POST', '/api/logout', { body: { refresh: carol.refresh }, env: failing(2) })
  expect(out.status).toBe(200)
  expect(await soon(closed)).toBe(CLOSE.sessionEnded)
})

test('a sidebar that never answers is given up, with one line in the log', async () => {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(line))
  const dan = await signUp('dan')
  const out = await ask('POST', '/api/logout', { body: { refresh: dan.refresh }, env: failing(9) })
  expect(out.status).toBe(200)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ untold: { userId: dan.id, sessions: [expect.any(Number)] } })
})
