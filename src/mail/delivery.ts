/** Handing a mail over: tried again if it fails, and given up without anybody waiting for it. */
import { TIMES } from '../config'
import { log } from '../log/log'
import type { Mail, Mailer } from './mail'

/**
 * Tries a few times; at last says in the log that a mail is lost, and which kind, but neither to whom nor with what.
 *
 * Nothing of it is written down, unlike what actors owe each other: a mail holds a code, and a table of codes in clear
 * would be worth more to a thief than a lost mail costs its reader, who asks for another.
 */
export async function deliverMail(mailer: Mailer | null, mail: Mail): Promise<void> {
  if (!mailer) return log('warn', 'mail.off', { mail: mail.subject, error: 'Set MAIL_FROM' })
  for (const wait of [...TIMES.mailRetries, null]) {
    try {
      return await inTime(mailer.send(mail))
    } catch (error) {
      if (wait === null) lost(mail, error)
      else await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

function lost({ subject }: Mail, error: unknown): void {
  log('error', 'mail.lost', { mail: subject, error })
}

async function inTime(sending: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not taken over within ${TIMES.mail} ms`)), TIMES.mail)
  })
  try {
    await Promise.race([sending, late])
  } finally {
    clearTimeout(timer)
  }
}
