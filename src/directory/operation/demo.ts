/** The accounts of a seeded development server. Their addresses identify them. */
import type { UserRow } from '../schema'

/** The beginning of their addresses. */
export const DEMO_ADDRESS = 'demo.'

export interface DemoAccounts {
  /** Whether the directory has no account at all. */
  empty: boolean
  people: UserRow[]
}

/** The demo accounts that can sign in, by address. */
export async function demoAccounts(db: D1Database): Promise<DemoAccounts> {
  const [people, any] = await db.batch([
    // A range, so that the index on addresses serves it: '/' comes after '.'.
    db.prepare(`SELECT * FROM users WHERE email >= 'demo.' AND email < 'demo/' AND disabled_at IS NULL ORDER BY email`),
    db.prepare('SELECT id FROM users LIMIT 1'),
  ])
  return { empty: any?.results.length === 0, people: (people?.results ?? []) as UserRow[] }
}
