/** Delivers a mail, retries after failures, and gives up in the end; no request waits for it. */
import { TIMES } from '../config'
import { log } from '../log/log'
import type { Mail, Mailer } from './mail'

/**
 * Tries a few times, and then logs the loss with the mail's subject, but without address and content.
 *
 * Mails are not stored, unlike an actor's outbox: they contain codes. A table of readable codes would help a thief more than
 * a lost mail costs its reader, who requests another.
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
