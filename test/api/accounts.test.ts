/** `/api/register`, `/api/login`, `/api/logout`. */
import { expect, test } from 'vitest'
import { ask, PASSWORD, signIn, signUp } from '../support/api'

test('somebody registers, is signed in, and signs in again', async () => {
  const ada = await signUp('ada')
  const own = await ask('GET', '/api/profile/', { token: ada.access })
  expect(own.status).toBe(200)
  expect(own.body).toMatchObject({ id: ada.id, username: 'ada', email: 'ada@parlour.test', friends: [] })
  const again = await signIn(ada)
  expect(again.access).not.toBe(ada.access)
})
