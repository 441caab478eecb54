/** `/dev/demo`: the demo accounts of a development server. A deployed build does not have it. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { ask, signUp } from '../support/api'

const demo = async () => (await ask('GET', '/dev/demo/')).body

const register = (name: string, password: string) =>
  ask('POST', '/api/register/', {
    body: { username: name, email: `demo.${name}@example.com`, password, first_name: name, last_name: 'Doe' },
  })

test('says that a store is empty, and how to sign in once it is not', async () => {
  const before = await demo()
  expect(before).toMatchObject({ empty: true, ready: false, people: [] })
  expect((await register('zoe', before.password)).status).toBe(201)
  expect((await register('ana', before.password)).status).toBe(201)
  const { empty, ready, people } = await demo()
  expect([empty, ready, people.map(({ full_name }: { full_name: string }) => full_name)]).toEqual([
    false,
    false,
    ['ana Doe', 'zoe Doe'],
  ])
  const login = await ask('POST', '/api/login/', { body: { identifier: 'zoe', password: before.password } })
  expect(login.status).toBe(200)
  // The one who is staff is appointed last.
  await env.DIRECTORY.prepare(`UPDATE users SET is_staff = 1 WHERE username = 'zoe'`).run()
  expect(await demo()).toMatchObject({ ready: true, people: [{ is_staff: false }, { is_staff: true }] })
})

test('names nobody else, and nobody who cannot sign in', async () => {
  await signUp('somebody')
  await env.DIRECTORY.prepare(`UPDATE users SET disabled_at = 1 WHERE username = 'zoe'`).run()
  const { people } = await demo()
  expect(people.map(({ username }: { username: string }) => username)).toEqual(['ana'])
})

test('does not exist in a deployed build, for no method', async () => {
  expect((await ask('GET', '/dev/demo/')).status).toBe(200)
  for (const method of ['GET', 'POST', 'PURGE']) {
    const { status, body } = await ask(method, '/dev/demo/', { env: { ENVIRONMENT: 'production' } })
    expect([method, status, body?.code]).toEqual([method, 404, 'not_found'])
  }
})
