/** The mail that a server in development has “sent”, for the tests to read the codes in it. */
import { expect } from 'vitest'
import { asked } from './ask.ts'
import { expectShape, listOf, object, text, time } from './shape.ts'

interface Mail {
  to: string
  subject: string
  text: string
  timestamp: string
}

const mail = object({ to: text, subject: text, text, timestamp: time })

/** What was sent to an address, newest first. */
export async function mailTo(address: string): Promise<Mail[]> {
  const { body } = await asked(200, 'GET', '/dev/mail/')
  expectShape(body, listOf(mail))
  return (body as Mail[]).filter(({ to }) => to === address)
}

/** The code in the newest mail to an address, once there are `mails` of them. */
export async function codeFor(address: string, mails = 1): Promise<string> {
  await expect.poll(async () => (await mailTo(address)).length).toBeGreaterThanOrEqual(mails)
  const [newest] = await mailTo(address)
  const code = /\b\d{6}\b/.exec(newest?.text ?? '')?.[0]
  expect(code, newest?.text).toBeDefined()
  return code ?? ''
}

/** Another code of the same form. */
export const anotherThan = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
