/** Mail that a request sets going: sent after the answer, which neither waits for it nor fails with it. */
import { TIMES } from '../../config'
import { log } from '../../log/log'
import { deliverMail } from '../../mail/delivery'
import { mailerFor } from '../../mail/mailer'
import type { Letter } from '../../mail/texts'
import type { ApiContext } from '../context'

/** Sends a letter to an address. */
export function sendMail(c: ApiContext, to: string, letter: Letter): void {
  c.executionCtx.waitUntil(deliverMail(mailerFor(c.env), { ...letter, to }))
}

/**
 * Sends a letter, if there is one, in a way that the time the answer takes does not tell which: it is written when the
 * answer has left, and without one the request lives on as long. If writing it fails, the person asks again.
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
