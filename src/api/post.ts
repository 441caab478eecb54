/** Mail that a request sets going: sent after the answer, which neither waits for it nor fails with it. */
import { TIMES } from '../config'
import { deliver } from '../mail/delivery'
import { mailerFor } from '../mail/mailer'
import type { Letter } from '../mail/texts'
import type { Asked } from './context'

/** Sends a letter to an address. */
export function post(c: Asked, to: string, letter: Letter): void {
  c.executionCtx.waitUntil(deliver(mailerFor(c.env), { ...letter, to }))
}

/** The same so much later that the time the answer takes does not tell whether there is a letter. */
export function postUnnoticed(c: Asked, to: string, letter: Letter): void {
  const later = async () => {
    await scheduler.wait(TIMES.mailHidden)
    await deliver(mailerFor(c.env), { ...letter, to })
  }
  c.executionCtx.waitUntil(later())
}
