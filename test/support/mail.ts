/** Reads people's mail, where a development server keeps it. */
import { env } from 'cloudflare:workers'
import { type KeptMail, keptMails } from '../../src/directory/operation/dev-mail'

/** What was mailed to an address, newest first. */
export async function mailsTo(address: string): Promise<KeptMail[]> {
  return (await keptMails(env.DIRECTORY)).filter((mail) => mail.recipient === address)
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

/** The long code in a mail, as it is shown there. */
export function longCodeIn(mail: KeptMail | undefined): string {
  const code = /^ +((?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})$/m.exec(mail?.text ?? '')?.[1]
  if (!code) throw new Error(`There is no long code in ${mail?.subject}`)
  return code
}
