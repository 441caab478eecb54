/** Reads people's mail, as a developer would: from `/dev/mail/`. */
import { ask } from './api'

/** A mail as `/dev/mail/` lists it. */
export interface Mail {
  to: string
  subject: string
  text: string
  timestamp: string
}

/** What was mailed to an address, newest first. */
export async function mailsTo(address: string): Promise<Mail[]> {
  const { body } = await ask('GET', '/dev/mail/')
  return body.filter((mail: Mail) => mail.to === address)
}

/** The code in the newest mail to an address. */
export async function codeTo(address: string): Promise<string> {
  const [mail] = await mailsTo(address)
  const code = /^ +(\d{6})$/m.exec(mail?.text ?? '')?.[1]
  if (!code) throw new Error(`No code was mailed to ${address}`)
  return code
}

/** Six digits that are not this code. */
export const wrong = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
