/** Codes on their way out: drawn, kept in place of the one before, and mailed to whoever has the address. */
import { codeHash, newCode } from '../auth/codes'
import { areRatesOn, LIMITS, type Settings, settings, TIMES } from '../config'
import {
  type Addressee,
  addresseeOf,
  keepCode,
  renewLoginCode,
  type Sending,
  type SendingRate,
} from '../directory/codes'
import { alreadyRegistered, codeLetter } from '../mail/texts'
import { ChatError, type CodePurpose } from '../protocol'
import type { Asked } from './context'
import { post } from './post'

const UNLIMITED: SendingRate = { limit: Number.MAX_SAFE_INTEGER, per: TIMES.codesCounted }
const HOURLY: SendingRate = { limit: LIMITS.codesPerHour, per: TIMES.codesCounted }

const usual = (config: Settings) => (areRatesOn(config) ? HOURLY : UNLIMITED)

/** A code to be sent. `to` is null when nobody has the address: then all is done as ever, but nothing is mailed. */
export interface CodeOrder {
  purpose: CodePurpose
  address: string
  to: Addressee | null
  /** The hash of the login challenge that the code is to answer. */
  challenge?: string
}

/**
 * Sends a code. The mail goes after the answer, so the time taken does not tell whether there is one.
 * @throws {ChatError} `rate_limited` when this address has had as many for this purpose as it may
 */
export async function sendCode(c: Asked, order: CodeOrder, rate = usual(settings(c.env))): Promise<void> {
  const { purpose, address, to, challenge = null } = order
  const { code, ...kept } = draw(c, order)
  await keep(c, { ...kept, kind: purpose, address, userId: to?.id ?? null, challenge }, rate)
  if (to) post(c, address, codeLetter(purpose, to.username, code))
}

/**
 * Sends a code after the answer, for requests that have done their work without it. Where the address has had enough,
 * it gets none: its owner asks again later.
 */
export function sendCodeLater(c: Asked, order: CodeOrder, rate = usual(settings(c.env))): void {
  c.executionCtx.waitUntil(unlessEnough(sendCode(c, order, rate)))
}

/** Sends the code with which an account that was just made shows its address. Whatever others asked for that address. */
export const sendFirstCode = (c: Asked, address: string, to: Addressee): void =>
  sendCodeLater(c, { purpose: 'verify_email', address, to }, UNLIMITED)

/**
 * Sends another code to an address that asks for one. The same is done and answered whoever has the address.
 * @throws {ChatError} `rate_limited`
 */
export async function resendCode(c: Asked, purpose: CodePurpose, address: string): Promise<void> {
  const to = await addresseeOf(c.env.DIRECTORY, purpose, address)
  if (purpose !== 'login') return sendCode(c, { purpose, address, to })
  // Anybody may ask for it here, and only who knows the password at login: so each is counted apart, and nobody can
  // use up another's logins.
  await keep(c, { kind: 'resend_login', address, userId: null, hash: null, challenge: null, ...lifetime() })
  const { code, ...kept } = draw(c, { purpose, address, to })
  const renewal = { ...kept, address, userId: to?.id ?? 0 }
  const renewed = await renewLoginCode(c.env.DIRECTORY, renewal, usual(settings(c.env)))
  if (to && renewed) post(c, address, codeLetter(purpose, to.username, code))
}

/** Tells the owner of an address, after the answer, that somebody tried to register with it; not more often than a code. */
export function tellRegistered(c: Asked, address: string): void {
  const tell = async () => {
    await keep(c, { kind: 'register', address, userId: null, hash: null, challenge: null, ...lifetime() })
    const owner = await addresseeOf(c.env.DIRECTORY, 'reset_password', address)
    if (owner) post(c, address, alreadyRegistered(owner.username))
  }
  c.executionCtx.waitUntil(unlessEnough(tell()))
}

const lifetime = (now = Date.now()) => ({ now, expiresAt: now + TIMES.code })

function draw(c: Asked, { purpose, address, to }: CodeOrder) {
  const code = newCode()
  const of = { purpose, address, passwordHash: to?.password_hash ?? null }
  return { code, hash: codeHash(settings(c.env).AUTH_SECRET, code, of), ...lifetime() }
}

async function keep(c: Asked, sending: Sending, rate = usual(settings(c.env))): Promise<void> {
  const again = await keepCode(c.env.DIRECTORY, sending, rate)
  if (again === null) return
  throw new ChatError('rate_limited', { retryAfter: Math.max(1, Math.ceil((again - sending.now) / 1_000)) })
}

async function unlessEnough(sending: Promise<void>): Promise<void> {
  try {
    await sending
  } catch (error) {
    if (error instanceof ChatError && error.code === 'rate_limited') return
    console.error(JSON.stringify({ event: 'code.unsent', error: String(error) }))
  }
}
