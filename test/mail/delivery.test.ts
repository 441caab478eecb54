/** Handing mail over: again when it fails, at last with one line in the log that tells nothing of anybody. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TIMES } from '../../src/config'
import { deliverMail } from '../../src/mail/delivery'
import type { Mail, Mailer } from '../../src/mail/mail'

const MAIL: Mail = {
  to: 'ada@parlour.test',
  subject: 'Your code to sign in',
  text: '    123456',
  html: '<p>123456</p>',
}

let lines: string[]
beforeEach(() => {
  vi.useFakeTimers()
  lines = []
  for (const level of ['warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line))
  }
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A mailer whose first `failures` tries end like this. */
function failing(failures: number, how: () => Promise<void>): Mailer & { tries: number } {
  return {
    tries: 0,
    send() {
      return ++this.tries <= failures ? how() : Promise.resolve()
    },
  }
}

const refuse = (why: string) => () => Promise.reject(new Error(why))

/** Lets the waits pass as fast as they come. */
async function delivered(mailer: Mailer | null): Promise<void> {
  const delivery = deliverMail(mailer, MAIL)
  await vi.advanceTimersByTimeAsync(60_000)
  await delivery
}

test.each([0, 1, 2])('a mail that fails %i times is delivered, and nothing is logged', async (failures) => {
  const mailer = failing(failures, refuse('Connection refused'))
  await delivered(mailer)
  expect(mailer.tries).toBe(failures + 1)
  expect(lines).toEqual([])
})

test('one that always fails is given up after three tries, with its kind in the log', async () => {
  const mailer = failing(9, refuse('Invalid RCPT TO: <ada@parlour.test> 550 5.1.1 no such user, mail said 123456'))
  await delivered(mailer)
  expect(mailer.tries).toBe(3)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    event: 'mail.lost',
    mail: MAIL.subject,
    message: 'Invalid RCPT TO: <(address)> 550 5.1.1 no such user, mail said (digits)',
  })
  expect(lines[0]).not.toMatch(/ada@|123456/)
})

test('a server that says nothing counts as failed, and all ends while the platform still runs what an answer left', async () => {
  const mailer = failing(9, () => new Promise(() => {}))
  const begun = Date.now()
  const delivery = deliverMail(mailer, MAIL).then(() => Date.now() - begun)
  await vi.advanceTimersByTimeAsync(60_000)
  // developers.cloudflare.com/workers/runtime-apis/context: waitUntil ends 30 s after the answer.
  expect(await delivery).toBeLessThan(29_000)
  expect(mailer.tries).toBe(1 + TIMES.mailRetries.length)
  expect(lines).toHaveLength(1)
})

test('without a sender nothing is tried, and the log says what to set', async () => {
  await delivered(null)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('MAIL_FROM')
  expect(lines[0]).not.toContain('@')
})
