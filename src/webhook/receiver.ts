/** One attempt to deliver: a signed request that follows no redirect, waits ten seconds and reads no answer. */
import { resolve4, resolve6 } from 'node:dns/promises'
import { signaturesOf } from '../auth/webhooks'
import { secretsOf, settings, TIMES } from '../config'
import { isPrivateAddress, nameIn, refusesUrl } from './address'

/** What a request is sent with. */
export interface Receiver {
  url: string
  /** The salts of the secrets that sign: the present one, and during an overlap the one before. */
  salts: string[]
}

export interface AttemptResult {
  /** The answer's status; null without an answer. */
  status: number | null
  error: string | null
}

/** Sends one event. Never rejects. */
export async function attempt(env: Env, { url, salts }: Receiver, id: string, body: string): Promise<AttemptResult> {
  const timeout = new AbortController()
  // Not `AbortSignal.timeout`: its timer would keep the actor in memory after the answer.
  const timer = setTimeout(() => timeout.abort(), TIMES.webhook)
  try {
    const isDevelopment = settings(env).ENVIRONMENT === 'development'
    // Checked again: a URL may be older than the rules, and a name may lead elsewhere by now.
    const refused = refusesUrl(url, isDevelopment) ?? (isDevelopment ? null : await refusesName(url))
    if (refused) return { status: null, error: refused }
    const seconds = Math.floor(Date.now() / 1_000)
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      signal: timeout.signal,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Parlour',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signaturesOf(secretsOf(env), salts, `${id}.${seconds}.${body}`),
      },
    })
    // Only the status counts: the body is not read, whatever its size.
    void answer.body?.cancel().catch(() => undefined)
    const isRedirect = answer.status >= 300 && answer.status < 400
    const error = answer.ok
      ? null
      : isRedirect
        ? 'The receiver redirects, which is not followed.'
        : `The receiver answered ${answer.status}.`
    return { status: answer.status, error }
  } catch {
    const isLate = timeout.signal.aborted
    return {
      status: null,
      error: isLate ? `No answer within ${TIMES.webhook / 1_000} seconds.` : 'The receiver cannot be reached.',
    }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Whether a name leads to an address that is not public. The platform resolves the name again for the request, so this finds
 * mistakes and plain attempts, not a name that changes in between; the platform's own network has no private addresses.
 */
async function refusesName(url: string): Promise<string | null> {
  const name = nameIn(url)
  if (name === null) return null
  const found = await Promise.allSettled([resolve4(name), resolve6(name)])
  const addresses = found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  return addresses.some(isPrivateAddress) ? 'The name of this address leads to one that is not public.' : null
}
