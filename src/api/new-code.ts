/** Codes on their way out: drawn, kept in place of the one before, and mailed to whoever has the address. */
import { codeHash, newCode } from '../auth/codes'
import { areRatesOn, LIMITS, settings, TIMES } from '../config'
import {
  type Addressee,
  addresseeOf,
  keepCode,
  nextSending,
  renewLoginCode,
  type SendingRate,
} from '../directory/codes'
import { log } from '../log/log'
import { alreadyRegistered, codeLetter, type Letter } from '../mail/texts'
import { ChatError, type CodePurpose } from '../protocol'
import type { Asked } from './context'
import { post, postUnnoticed } from './post'

const UNLIMITED: SendingRate = { limit: Number.MAX_SAFE_INTEGER, per: TIMES.codesCounted }
const HOURLY: SendingRate = { limit: LIMITS.codesPerHour, per: TIMES.codesCounted }

/** How many codes may go to one address for one purpose. */
const usualRate = (c: Asked): SendingRate => (areRatesOn(settings(c.env)) ? HOURLY : UNLIMITED)

/** A code to be sent. `to` is null when nobody has the address: then all is done as ever, but nothing is mailed. */
interface Order {
  purpose: CodePurpose
  address: string
  to: Addressee | null
  /** The hash of the login challenge that the code is to answer. */
  challenge?: string
}

/**
 * Keeps a new code, unless the address has had enough of them.
 * @returns the letter that brings it; null when there is nobody to send it to, or nothing to send
 */
async function prepare(c: Asked, order: Order, rate: SendingRate): Promise<Letter | null> {
  const { purpose, address, to, challenge = null } = order
  const { code, ...drawn } = draw(c, order)
  const sending = { ...drawn, kind: purpose, address, userId: to?.id ?? null, challenge }
  const isKept = await keepCode(c.env.DIRECTORY, sending, rate)
  return to && isKept ? codeLetter(purpose, to.username, code) : null
}

/** Keeps a new code for a login that waits for one, if there is one. @returns as `prepare` */
async function renew(c: Asked, order: Order): Promise<Letter | null> {
  const { purpose, address, to } = order
  const { code, ...drawn } = draw(c, order)
  const renewal = { ...drawn, address, userId: to?.id ?? 0 }
  const isKept = await renewLoginCode(c.env.DIRECTORY, renewal, usualRate(c))
  return to && isKept ? codeLetter(purpose, to.username, code) : null
}

function draw(c: Asked, { purpose, address, to }: Order) {
  const code = newCode()
  const of = { purpose, address, passwordHash: to?.password_hash ?? null }
  const now = Date.now()
  return { code, hash: codeHash(settings(c.env).AUTH_SECRET, code, of), now, expiresAt: now + TIMES.code }
}

/**
 * Sends the code that answers a login's challenge, to somebody who knows the password.
 * @throws {ChatError} `rate_limited` when they have had as many as they may
 */
export async function sendLoginCode(c: Asked, address: string, to: Addressee, challenge: string): Promise<void> {
  const rate = usualRate(c)
  const letter = await prepare(c, { purpose: 'login', address, to, challenge }, rate)
  if (letter) return post(c, address, letter)
  const now = Date.now()
  const next = await nextSending(c.env.DIRECTORY, { kind: 'login', address }, rate, now)
  throw new ChatError('rate_limited', { retryAfter: Math.max(1, Math.ceil((next - now) / 1_000)) })
}

/**
 * Sends another code to an address that asks for one, unless it has had enough. Neither that nor whether anybody has the
 * address shows: who asks too often hears so from a count of what they asked, not of what others were sent.
 */
export async function resendCode(c: Asked, purpose: CodePurpose, address: string): Promise<void> {
  const order = { purpose, address, to: await addresseeOf(c.env.DIRECTORY, purpose, address) }
  const letter = purpose === 'login' ? await renew(c, order) : await prepare(c, order, usualRate(c))
  postUnnoticed(c, address, letter)
}

/** Sends the code that shows a changed address to be its owner's, after the answer. */
export const sendAddressCode = (c: Asked, address: string, to: Addressee): void =>
  later(c, async () => {
    const letter = await prepare(c, { purpose: 'verify_email', address, to }, usualRate(c))
    if (letter) post(c, address, letter)
  })

/** The same for an account that was just made: whatever others have asked for that address before. */
export const sendFirstCode = (c: Asked, address: string, to: Addressee): void =>
  later(c, async () => {
    const letter = await prepare(c, { purpose: 'verify_email', address, to }, UNLIMITED)
    if (letter) post(c, address, letter)
  })

/** Tells the owner of an address, after the answer, that somebody tried to register with it; no more often than by codes. */
export const tellRegistered = (c: Asked, address: string): void =>
  later(c, async () => {
    const now = Date.now()
    const counted = {
      kind: 'register',
      address,
      userId: null,
      hash: null,
      challenge: null,
      expiresAt: now,
      now,
    } as const
    if (!(await keepCode(c.env.DIRECTORY, counted, usualRate(c)))) return
    const owner = await addresseeOf(c.env.DIRECTORY, 'reset_password', address)
    if (owner) post(c, address, alreadyRegistered(owner.username))
  })

/** For requests that have done their work without it: if it fails, the person asks again. */
function later(c: Asked, sending: () => Promise<void>): void {
  const logged = sending().catch((error) => {
    log('error', 'code.unsent', { error })
  })
  c.executionCtx.waitUntil(logged)
}
