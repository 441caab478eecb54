/** One's own account: reading, changing and erasing it. */
import { describe, expect, it } from 'vitest'
import { asked } from '../ask.ts'
import { as, makeGroup, PASSWORD, say, signIn, signUp, signUpAll, unique } from '../cast.ts'
import { expectShape } from '../shape.ts'
import { profile } from '../shapes.ts'

describe('the profile', () => {
  it('has every field', async () => {
    const ada = await signUp('ada')
    const { body } = await as(ada, 200, 'GET', '/api/profile/')
    expectShape(body, profile)
    expect(body).toMatchObject({ id: ada.id, username: ada.username, email: ada.email, friends: [], is_staff: false })
  })

  it.each(['PUT', 'PATCH'])('is changed by %s, and what is not named stays', async (method) => {
    const ada = await signUp('ada', { first_name: 'Ada', last_name: 'Byron' })
    const { body } = await as(ada, 200, method, '/api/profile/', { last_name: 'Lovelace', bio: 'Notes on the engine' })
    expectShape(body, profile)
    const changed = { first_name: 'Ada', last_name: 'Lovelace', full_name: 'Ada Lovelace', bio: 'Notes on the engine' }
    expect(body).toMatchObject(changed)
    expect((await as(ada, 200, 'GET', '/api/profile/')).body).toMatchObject(changed)
  })

  it('takes a new username, and answers 409 to one that is taken', async () => {
    const [ada, bob] = await signUpAll('ada', 'bob')
    const username = unique('countess')
    expect((await as(ada, 200, 'PATCH', '/api/profile/', { username })).body.username).toBe(username)
    const { body } = await as(ada, 409, 'PATCH', '/api/profile/', { username: bob.username.toUpperCase() })
    expect(body.username).toEqual([expect.any(String)])
  })

  it('keeps the e-mail address until the new one is verified', async () => {
    const ada = await signUp('ada')
    const email = `${unique('new')}@example.com`
    const change = { email, old_password: PASSWORD }
    expect((await as(ada, 200, 'PATCH', '/api/profile/', change)).body.email).toBe(ada.email)
    await asked(200, 'POST', '/api/login/', { body: { identifier: ada.email, password: PASSWORD } })
    await asked(400, 'POST', '/api/login/', { body: { identifier: email, password: PASSWORD } })
  })

  it('answers 403 to another address without the password, and needs none for the same one', async () => {
    const ada = await signUp('ada')
    const { body } = await as(ada, 403, 'PATCH', '/api/profile/', { email: `${unique('new')}@example.com` })
    expect(body.code).toBe('password_required')
    await as(ada, 200, 'PATCH', '/api/profile/', { email: ada.email, bio: 'the same' })
  })

  it('answers 400 to an address that is not one', async () => {
    const ada = await signUp('ada')
    expect((await as(ada, 400, 'PATCH', '/api/profile/', { email: 'nowhere' })).body.email).toEqual([
      expect.any(String),
    ])
  })

  it('ignores what is not its owner’s to change', async () => {
    const ada = await signUp('ada')
    const forbidden = { id: 1, is_staff: true, email_verified: true, friends: [1], online_status: true }
    const { body } = await as(ada, 200, 'PATCH', '/api/profile/', { bio: 'x', ...forbidden })
    expect(body).toMatchObject({ id: ada.id, is_staff: false, email_verified: false, friends: [] })
  })
})

describe('a new password', () => {
  it('needs the old one, and ends every other session', async () => {
    const ada = await signUp('ada')
    const elsewhere = await signIn(ada)
    const next = 'an entirely new one'
    const change = { old_password: PASSWORD, new_password: next, confirm_password: next }
    expect(
      (await as(ada, 400, 'PATCH', '/api/profile/', { ...change, old_password: 'wrong one' })).body,
    ).toHaveProperty('old_password')
    expect((await as(ada, 403, 'PATCH', '/api/profile/', { new_password: next })).body.code).toBe('password_required')
    await as(ada, 400, 'PATCH', '/api/profile/', { ...change, confirm_password: 'something else' })
    await as(elsewhere, 200, 'GET', '/api/profile/')
    await as(ada, 200, 'PATCH', '/api/profile/', change)
    await as(elsewhere, 401, 'GET', '/api/profile/')
    await as(ada, 200, 'GET', '/api/profile/')
    await asked(400, 'POST', '/api/login/', { body: { identifier: ada.username, password: PASSWORD } })
    await signIn(ada, next)
  })
})

describe('erasing the account', () => {
  it('needs the password', async () => {
    const ada = await signUp('ada')
    await as(ada, 400, 'DELETE', '/api/profile/', { password: 'not this' })
    await as(ada, 400, 'DELETE', '/api/profile/', {})
    await as(ada, 200, 'GET', '/api/profile/')
  })

  it('ends every session, frees nothing of others, and leaves the messages under “deleted user”', async () => {
    const [ada, bob] = await signUpAll('ada', 'bob')
    const room = await makeGroup(bob, ada)
    const { id } = await say(ada, room, 'I was here')
    await as(ada, 204, 'DELETE', '/api/profile/', { password: PASSWORD })
    await as(ada, 401, 'GET', '/api/profile/')
    await asked(400, 'POST', '/api/login/', { body: { identifier: ada.email, password: PASSWORD } })
    await as(bob, 404, 'GET', `/api/users/${ada.id}/`)
    const message = async () => (await as(bob, 200, 'GET', `/api/chatrooms/${room}/messages/${id}/`)).body
    await expect.poll(async () => (await message()).sender.full_name).toBe('deleted user')
    expect((await message()).content).toBe('I was here')
    expect(JSON.stringify(await message())).not.toContain(ada.username)
  })
})
