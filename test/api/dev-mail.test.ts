/** `/dev/mail`: the mails of a development server. A deployed build does not have it. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, expect, test, vi } from 'vitest'
import { app } from '../../src/api/app'
import { BOUNDS } from '../../src/config'
import { keepMail } from '../../src/directory/operation/dev-mail'
import { ask, ORIGIN, PASSWORD, signUp } from '../support/api'
import { codeTo } from '../support/mail'

afterEach(() => vi.restoreAllMocks())

const list = async () => (await ask('GET', '/dev/mail/')).body
const register = (name: string) => ({ email: `${name}@parlour.test`, username: name, password: PASSWORD })

async function browse(more: Partial<Env> = {}): Promise<{ page: Response; text: string }> {
  const headers = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
  const context = createExecutionContext()
  const page = await app.fetch(new Request(`${ORIGIN}/dev/mail/`, { headers }), { ...env, ...more }, context)
  await waitOnExecutionContext(context)
  return { page, text: await page.text() }
}

test('lists what was sent as an array, newest first', async () => {
  const ada = await signUp('ada')
  const bob = await signUp('bob')
  const { status, headers, body } = await ask('GET', '/dev/mail')
  expect([status, headers.get('Cache-Control')]).toEqual([200, 'no-store'])
  expect(body.map((mail: { to: string }) => mail.to)).toEqual([bob.email, ada.email])
  expect(body[0]).toEqual({
    to: bob.email,
    subject: 'Confirm your e-mail address',
    text: expect.stringContaining(await codeTo(bob.email)),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
})

test('shows a browser a page that runs nothing, with what was written as it was written', async () => {
  await keepMail(env.DIRECTORY, { recipient: 'x@y.test', subject: '<script>1</script>', text: '<b>&', sent_at: 1 }, 100)
  const { page, text } = await browse()
  expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=UTF-8'])
  expect(text).toContain('&lt;script&gt;1&lt;/script&gt;')
  expect(text).toContain('&lt;b&gt;&amp;')
  expect(text).not.toMatch(/<script|<b>|\son\w+=|href=|src=/)
  const policy = page.headers.get('Content-Security-Policy') ?? ''
  expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[\w-]{36}'; frame-ancestors 'none'$/)
  expect(text).toContain(`<style nonce="${/nonce-([\w-]+)/.exec(policy)?.[1]}">`)
  expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff')
})

test('keeps the newest hundred', async () => {
  for (let i = 0; i < BOUNDS.devMails + 5; i++) {
    await keepMail(env.DIRECTORY, { recipient: `${i}`, subject: '', text: '', sent_at: i }, BOUNDS.devMails)
  }
  const mails = await list()
  expect(mails).toHaveLength(BOUNDS.devMails)
  expect(mails[0].to).toBe(String(BOUNDS.devMails + 4))
})

test('takes nothing', async () => {
  for (const method of ['POST', 'DELETE']) {
    const { status, headers } = await ask(method, '/dev/mail/')
    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD'])
  }
})

test('does not exist in a deployed build, for no method, and nothing is kept there', async () => {
  const sent: unknown[] = []
  const EMAIL = { send: async (mail: unknown) => void sent.push(mail) } as unknown as SendEmail
  const deployed = { ENVIRONMENT: 'production', MAIL_FROM: 'Parlour <chat@parlour.test>', EMAIL } as const
  const before = await list()
  expect((await ask('POST', '/api/register/', { body: register('carol'), env: deployed })).status).toBe(201)
  expect(sent).toEqual([expect.objectContaining({ to: 'carol@parlour.test' })])
  expect(await list()).toEqual(before)
  for (const method of ['GET', 'POST', 'DELETE', 'PURGE']) {
    const { status, body } = await ask(method, '/dev/mail/', { env: deployed })
    expect([method, status, body?.code]).toEqual([method, 404, 'not_found'])
  }
  expect((await browse(deployed)).page.status).toBe(404)
})

test('is what a deployment is that says nothing of what it is', async () => {
  const { ENVIRONMENT: _, ...rest } = env
  const answer = await app.fetch(new Request(`${ORIGIN}/dev/mail/`), rest as Env, createExecutionContext())
  expect(answer.status).toBe(404)
})
