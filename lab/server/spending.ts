/** Spends most of a limit without the product's routes, so that a trial reaches its end after a few requests. */
import { drizzle } from 'drizzle-orm/d1'
import { mac } from '../../src/auth/keys'
import { RATES, settings } from '../../src/config'
import { attempts as attemptTable, rates as rateTable } from '../../src/directory/schema'
import { intervalOf } from '../../src/protocol'
import type { Spending } from './doors'

/** The product names rates in camel case where its API has underscores. */
const inSource = (rate: string) =>
  rate.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as keyof typeof RATES

export async function spend(env: Env, { rate, times, budget, network, rates, tries }: Spending): Promise<void> {
  const secret = settings(env).AUTH_SECRET
  const digest = (parts: string[]) => mac(secret, 'rate limit', parts.join('\n'))
  const name = network === undefined ? budget : `address ${digest(['budget', network])}`
  if (name !== undefined) {
    await env.BUDGETS.getByName(name).take({ done: { [inSource(rate)]: times } })
    return
  }
  const until = Date.now() + intervalOf(RATES[inSource(rate)]) * times
  const directory = drizzle(env.DIRECTORY)
  if (rates) await directory.insert(rateTable).values({ subject: digest(rates), until })
  else if (tries) await directory.insert(attemptTable).values({ subject: digest(tries), until, next_at: 0 })
}
