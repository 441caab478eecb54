/** The accounts that a development server is filled with, for trying it out. They are known by their addresses. */
import type { UserRow } from '../schema'

/** What their addresses begin with. */
export const DEMO_ADDRESS = 'demo.'

export interface DemoAccounts {
  /** Whether there is no account at all, theirs or another. */
  empty: boolean
  people: UserRow[]
}

/** Those who can sign in, by address. */
export async function demoAccounts(db: D1Database): Promise<DemoAccounts> {
  const [people, any] = await db.batch([
    // A range, so that the index on addresses answers it: '/' comes after '.'.
    db.prepare(`SELECT * FROM users WHERE email >= 'demo.' AND email < 'demo/' AND disabled_at IS NULL ORDER BY email`),
    db.prepare('SELECT id FROM users LIMIT 1'),
  ])
  return { empty: any?.results.length === 0, people: (people?.results ?? []) as UserRow[] }
}
