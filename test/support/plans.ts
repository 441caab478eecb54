/** How the directory goes about a query: the plans of every statement that some work runs. */

/** One step of a plan, and the statement it belongs to. */
export interface Step {
  sql: string
  detail: string
}

/** Runs `work` on the database and gives the plan of each statement it prepared. */
export async function plansOf(db: D1Database, work: (watched: D1Database) => Promise<unknown>): Promise<Step[]> {
  const prepared = new Set<string>()
  const watched = new Proxy(db, {
    get(of, name) {
      const value: unknown = Reflect.get(of, name)
      if (name !== 'prepare') return typeof value === 'function' ? value.bind(of) : value
      return (sql: string) => {
        prepared.add(sql)
        return of.prepare(sql)
      }
    },
  })
  await work(watched)
  const steps: Step[] = []
  for (const sql of prepared) {
    const { results } = await db
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .bind(...blanks(sql))
      .all<{ detail: string }>()
    steps.push(...results.map(({ detail }) => ({ sql, detail })))
  }
  return steps
}

/** A value for every parameter: plans are made without looking at them. */
function blanks(sql: string): number[] {
  const numbered = [...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number))
  const count = Math.max(0, ...numbered, [...sql.matchAll(/\?(?!\d)/g)].length)
  return Array(count).fill(1)
}
