/** Mails of a request: sent after its answer, which neither waits for them nor fails with them. */
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { deliverMail } from '../../mail/delivery'
import { mailerFor } from '../../mail/mailer'
import type { Letter } from '../../mail/texts'
import type { ApiContext } from '../context'

export function sendMail(c: ApiContext, to: string, letter: Letter): void {
  c.executionCtx.waitUntil(deliverMail(mailerFor(c.env), { ...letter, to }))
}

/**
 * Sends a mail, if `write` gives one, without revealing by the response time whether there is one: `write` runs after
 * the answer, and the request lives equally long without a mail. If writing fails, the person can request the code
 * again.
 */
export function sendMailUnobservably(c: ApiContext, to: string, write: () => Promise<Letter | null>): void {
  const later = async () => {
    await scheduler.wait(TIMES.mailHidden)
    const letter = await write()
    if (letter) await deliverMail(mailerFor(c.env), { ...letter, to })
  }
  c.executionCtx.waitUntil(
    later().catch((error) => {
      log('error', 'code.unsent', { error })
    }),
  )
}
