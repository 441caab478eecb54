/**
 * `npm run bench`: every row, in one table, which is also written to docs/benchmarks.md. `npm run bench -- P1 P3` runs
 * some, and writes nothing unless told to `--write`. `--rounds 3` and `--flow 1000` (milliseconds) make it short, and its figures worse.
 */
import { dim, say, Trouble } from '../../scripts/steps.mjs'
import { command, named, optionsOf } from '../harness/runner.ts'
import { within } from '../harness/waiting.ts'
import { write } from './page.ts'
import { ROWS } from './registry.ts'
import type { Row } from './row.ts'
import { BenchServers } from './servers.ts'
import { print, type Result } from './table.ts'

/** A row that takes longer hangs, in milliseconds. */
const PATIENCE = 240_000

/** A row that fails is reported, and the others go on. */
async function run(id: string, row: Row, options: { rounds: number; flow: number }): Promise<Result> {
  const servers = new BenchServers(options)
  const began = performance.now()
  const seconds = () => Math.round((performance.now() - began) / 100) / 10
  try {
    return { id, title: row.title, measured: await within(PATIENCE, row.run(servers)), seconds: seconds() }
  } catch (error) {
    return { id, title: row.title, error: error as Error, seconds: seconds() }
  } finally {
    await servers.clear()
  }
}

await command(async (args) => {
  const { ids, options } = optionsOf(args, { rounds: 5, flow: 2_000, write: false })
  const { rounds, flow } = options
  if (rounds < 1 || flow < 100) throw new Trouble('That is too short.', '--rounds 5 --flow 2000 is usual.')
  const rows = (ids.length > 0 ? ids : Object.keys(ROWS)).map((id) => [id.toUpperCase(), named(ROWS, id)] as const)
  const results: Result[] = []
  for (const [id, row] of rows) {
    say(dim(`${id} …`))
    const result = await run(id, row, { rounds, flow })
    results.push(result)
    print(result)
  }
  if (options.write || ids.length === 0) write(results, { rounds, flow })
  return results.every(({ measured }) => measured?.targets.every(({ met }) => met))
})
