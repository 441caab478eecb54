/** What runs beside the chat: schema, limits, health, mail in development, the pages. */
import { describe, expect, it } from 'vitest'
import { ask, asked } from '../ask.ts'
import { mailTo } from '../mailbox.ts'

describe('the schema', () => {
  it('is OpenAPI 3.1 and names every path', async () => {
    const { body } = await asked(200, 'GET', '/api/schema/')
    expect(body.openapi).toMatch(/^3\.1\./)
    const paths = Object.keys(body.paths).map((path) => path.replace(/\{[^}]+\}/g, '{}').replace(/\/$/, ''))
    for (const path of [
      '/api/register',
      '/api/verify-email',
      '/api/resend-otp',
      '/api/login',
      '/api/verify-otp',
      '/api/forgot-password',
      '/api/reset-password',
      '/api/token/refresh',
      '/api/logout',
      '/api/sessions',
      '/api/socket-ticket',
      '/api/profile',
      '/api/users',
      '/api/users/{}/block',
      '/api/friend-requests/{}/accept',
      '/api/friends',
      '/api/blocks',
      '/api/chatrooms/{}/messages/{}/message_read_status',
      '/api/chatrooms/{}/shareable_link',
      '/api/chatrooms/{}/bans',
      '/api/search',
      '/api/images',
      '/api/notifications/mark_all_read',
      '/api/admin/stats',
    ]) {
      expect(paths).toContain(path)
    }
  })
})

describe('the limits', () => {
  it('are all there by name', async () => {
    const { text } = await asked(200, 'GET', '/api/limits/')
    for (const figure of [10_000, 1_000, 100, 64 * 1024, 10 * 1024 * 1024, 25 * 1024 * 1024]) {
      expect(text).toContain(String(figure))
    }
  })
})

describe('health', () => {
  it('is checked part by part', async () => {
    const { body, headers } = await asked(200, 'GET', '/health')
    expect(JSON.stringify(body)).toMatch(/true|ok/)
    expect(headers.get('cache-control')).toContain('no-store')
  })
})

describe('mail in development', () => {
  it('is an array, newest first', async () => {
    await mailTo('nobody@example.com')
    const { body } = await asked(200, 'GET', '/dev/mail/')
    const times = body.map(({ timestamp }: { timestamp: string }) => timestamp)
    expect(times).toEqual([...times].sort().reverse())
  })
})

describe('pages', () => {
  it.each(['/docs/', '/admin/'])('at %s load nothing from elsewhere', async (path) => {
    const { headers, text } = await ask('GET', path)
    expect(headers.get('content-type')).toMatch(/^text\/html/)
    expect(headers.get('content-security-policy')).toBeTruthy()
    const elsewhere = [...text.matchAll(/(?:src|href)="(https?:)?\/\/[^"]+"/g)].map(([match]) => match)
    expect(elsewhere.filter((match) => !match.includes('href'))).toEqual([])
    expect(text).not.toMatch(/<link[^>]+href="(https?:)?\/\//)
  })
})
