/**
 * `npm run bench`: every row, in one table, which is also written to docs/benchmarks.md. `npm run bench -- P1 P3` runs
 * some, and writes nothing unless told to `--write`. `--rounds 3` and `--flow 1000` (milliseconds) make it short, and its figures worse.
 */
import { parseArgs } from 'node:util'
import { dim, say, script, Trouble } from '../../scripts/steps.mjs'
import { stopOnSignals } from '../../scripts/tether.mjs'
import { write } from './page.ts'
import { ROWS } from './registry.ts'
import type { Row } from './row.ts'
import { Stage } from './stage.ts'
import { print, type Result } from './table.ts'

/** A row that takes longer hangs, in milliseconds. */
const PATIENCE = 240_000

function chosen() {
  const options = {
    rounds: { type: 'string', default: '5' },
    flow: { type: 'string', default: '2000' },
    write: { type: 'boolean', default: false },
  } as const
  const { values, positionals } = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true })
  const ids = positionals.map((id) => id.toUpperCase())
  const unknown = ids.find((id) => !ROWS[id])
  if (unknown) throw new Trouble(`There is no row ${unknown}.`, `There are: ${Object.keys(ROWS).join(', ')}`)
  const [rounds, flow] = [Number(values.rounds), Number(values.flow)]
  if (!(rounds >= 1 && flow >= 100)) throw new Trouble('That is too short.', '--rounds 5 --flow 2000 is usual.')
  return { ids: ids.length > 0 ? ids : Object.keys(ROWS), rounds, flow, isKept: values.write || ids.length === 0 }
}

/** A row that fails is reported, and the others go on. */
async function run(id: string, row: Row, options: { rounds: number; flow: number }): Promise<Result> {
  const stage = new Stage(options)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It took longer than ${PATIENCE / 1_000} s`)), PATIENCE)
  })
  const began = performance.now()
  const seconds = () => Math.round((performance.now() - began) / 100) / 10
  try {
    return { id, title: row.title, measured: await Promise.race([row.run(stage), late]), seconds: seconds() }
  } catch (error) {
    return { id, title: row.title, error: error as Error, seconds: seconds() }
  } finally {
    clearTimeout(timer)
    await stage.clear()
  }
}

stopOnSignals()
await script(async () => {
  const { ids, isKept, ...options } = chosen()
  const results: Result[] = []
  for (const id of ids) {
    say(dim(`${id} …`))
    const result = await run(id, ROWS[id] as Row, options)
    results.push(result)
    print(result)
  }
  if (isKept) write(results, options)
  return results.every(({ measured }) => measured?.targets.every(({ met }) => met)) ? 0 : 1
})
// A socket that a failed row left open would keep the process.
process.exit()
