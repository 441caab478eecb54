/** How often what can be guessed may be tried from one address: 429 with `Retry-After` beyond that. */
import { mac } from '../auth/keys'
import { areRatesOn, RATES, settings } from '../config'
import { type Count, count, uncount } from '../directory/rates'
import { ChatError } from '../protocol'
import type { Asked } from './context'

/** What is counted of people who are not signed in, by their address. */
type Tried = 'login' | 'loginAddress' | 'register' | 'codes' | 'codesTo'

/**
 * Counts tries from one address; where a rate belongs to more than the address, its value says to what.
 * @returns a function that takes the tries back, for those that turn out to be harmless.
 * @throws {ChatError} `rate_limited`
 */
export async function countTries(c: Asked, tries: { [Name in Tried]?: string | number }): Promise<() => Promise<void>> {
  if (!areRatesOn(c.env)) return async () => undefined
  const { AUTH_SECRET } = settings(c.env)
  const from = network(c.req.header('CF-Connecting-IP') ?? '')
  const counts = (Object.keys(tries) as Tried[]).map((name): Count => {
    // Digests: the table tells nobody who came from where.
    const subject = mac(AUTH_SECRET, 'rate limit', [name, from, tries[name]].join('\n'))
    return { subject, rate: RATES[name] }
  })
  const wait = await count(c.env.DIRECTORY, counts, Date.now())
  if (wait > 0) throw new ChatError('rate_limited', { retryAfter: Math.ceil(wait / 1_000) })
  return () => uncount(c.env.DIRECTORY, counts)
}

/**
 * The part of an address that one customer has to themselves: of IPv6 the first 64 bits, the rest is theirs to choose.
 * The address itself is set by the platform, whatever the client sends, and absent only where nobody is outside.
 */
export function network(address: string): string {
  if (address.includes('.') || !address.includes(':')) return address.slice(address.lastIndexOf(':') + 1)
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
