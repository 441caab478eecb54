/** `/api/sessions`: the devices on which the caller is signed in. */
import { beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { newId, Session } from '../../src/protocol'
import { ask, type Someone, signIn, signUp } from '../support/api'

let ada: Someone
let bob: Someone
beforeAll(async () => {
  ada = await signUp('ada')
  bob = await signUp('bob')
})

const list = async (who: Someone) => (await ask('GET', '/api/sessions/', { token: who.access })).body
const current = async (who: Someone) => (await list(who)).find((session: { current: boolean }) => session.current).id
const end = (who: Someone, id: unknown) => ask('DELETE', `/api/sessions/${id}/`, { token: who.access })

test('each device is listed, the current one marked, and nobody else’s', async () => {
  const phone = await signIn(ada, { 'User-Agent': `Phone ${'x'.repeat(300)}` })
  const sessions = await list(phone)
  expect(z.array(Session).parse(sessions)).toEqual(sessions)
  expect(sessions).toHaveLength(2)
  expect(sessions.map((session: { current: boolean }) => session.current)).toEqual([true, false])
  expect(sessions[0].device).toHaveLength(120)
  expect(sessions[1].device).toBe('Unknown device')
  expect(JSON.stringify(sessions)).not.toMatch(/hash|generation/)
})

test('ending a device’s session refuses its tokens at once', async () => {
  const phone = await signIn(ada)
  const id = await current(phone)
  const { status, body } = await end(ada, id)
  expect([status, body]).toEqual([204, null])
  expect((await ask('GET', '/api/profile', { token: phone.access })).body.code).toBe('session_ended')
  expect((await ask('POST', '/api/token/refresh', { body: { refresh: phone.refresh } })).status).toBe(401)
  expect((await list(ada)).map((session: { id: number }) => session.id)).not.toContain(id)
  expect((await end(ada, id)).status).toBe(404)
})

test('one may end the session one is using', async () => {
  const phone = await signIn(ada)
  expect((await end(phone, await current(phone))).status).toBe(204)
  expect((await ask('GET', '/api/profile', { token: phone.access })).status).toBe(401)
})

test('the session of another is as absent as one that never was', async () => {
  const foreign = await end(ada, await current(bob))
  const missing = await end(ada, newId())
  expect(foreign.status).toBe(404)
  expect([missing.status, missing.body]).toEqual([foreign.status, foreign.body])
  expect((await end(ada, 'abc')).body).toEqual(foreign.body)
  expect((await ask('GET', '/api/profile', { token: bob.access })).status).toBe(200)
})
