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

/**
 * Sends a letter, if there is one, in a way that the time the answer takes does not tell which: it is begun when the
 * answer has left, and without one the request lives on as long.
 */
export function postUnnoticed(c: Asked, to: string, letter: Letter | null): void {
  const later = async () => {
    await scheduler.wait(TIMES.mailHidden)
    if (letter) await deliver(mailerFor(c.env), { ...letter, to })
  }
  c.executionCtx.waitUntil(later())
}
