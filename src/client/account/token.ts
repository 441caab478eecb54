/** Tokens: what they say, and functions that supply them. */
import { ChatError } from '../error'

/** Milliseconds before its end at which a token is renewed, so that it does not end during a request. */
export const RENEWAL_MARGIN = 30_000

export interface Claims {
  user_id?: number
  sub?: string
  iat?: number
  exp?: number
}

/** Seconds for which a token is good that does not say its end: until the server refuses it. */
const LONG = 1e9

/**
 * The claims of a token, unverified: only the server checks the signature. Only ASCII is read as it was written, because React Native
 * has no `TextDecoder`.
 */
export function claimsOf(token: string): Claims {
  try {
    const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    return JSON.parse(atob(payload))
  } catch {
    return {}
  }
}

/**
 * The end of a token that has just been made, by this device's clock: from the token's lifetime, because this clock may be wrong
 * by hours.
 */
export const endOf = ({ iat, exp }: Claims): number => Date.now() + (Number(exp) - Number(iat) || LONG) * 1_000

/** Asks a function of the application for a token. @throws {ChatError} `token_provider_failed` */
export async function tokenFrom(provider: () => unknown): Promise<string> {
  let cause: unknown
  try {
    const token = await provider()
    if (token && typeof token === 'string') return token
  } catch (error) {
    if (error instanceof ChatError) throw error
    cause = error
  }
  throw new ChatError('token_provider_failed', undefined, { cause })
}

/** Calls during a running call get the same promise. */
export function singleFlight<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let running: Promise<T> | undefined
  return (...args) => {
    running ??= work(...args).finally(() => {
      running = undefined
    })
    return running
  }
}
