/**
 * `npm run bench:scale`: how each operation grows, a table each, with plots, into docs/scale.md and docs/scaling.md.
 * `--quick` takes small sizes, to see that it works, and writes only what it is told to: `--write`, or `--docs <folder>`.
 * Ids of operations run those alone and write nothing.
 */
import fs from 'node:fs'
import path from 'node:path'
import { dim, say, Trouble } from '../../../scripts/steps.mjs'
import { ROOT } from '../../../scripts/wrangler.mjs'
import { circumstances, command, optionsOf } from '../../harness/runner.ts'
import { keptHistories, newHistories } from '../histories.ts'
import { BenchServers } from '../servers.ts'
import { regions } from './beyond.ts'
import { type Growth, grow, type Operation } from './growth.ts'
import { measure } from './measured.ts'
import { fanOutOperations } from './operations/fan-out.ts'
import { groupOperations } from './operations/group.ts'
import { historyOperations, listOperation } from './operations/history.ts'
import { print, write } from './report.ts'
import { FULL, QUICK } from './sizes.ts'

const DOCS = path.join(ROOT, 'docs')

function how(quick: boolean, minutes: number): string {
  const took = `${minutes.toFixed(1)} minutes, without making the histories if they were there`
  const measured = `${circumstances('wrangler', 'workerd')}; ${took}.`
  return quick ? `${measured} **A quick run: small sizes, few rounds; it shows that it works.**` : measured
}

/** Makes something when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

await command(async (args) => {
  const { ids, options } = optionsOf(args, { quick: false, write: false, docs: undefined as string | undefined })
  const { quick, docs } = options
  const isWhole = ids.length === 0
  if (docs && !isWhole) throw new Trouble('Some operations alone fill no page.', 'Leave out their names, or --docs.')
  if (docs) {
    fs.mkdirSync(docs, { recursive: true })
    fs.copyFileSync(path.join(DOCS, 'scaling.md'), path.join(docs, 'scaling.md'))
  }
  const writes = isWhole ? (docs ?? (options.write || !quick ? DOCS : undefined)) : undefined
  const sizes = quick ? QUICK : FULL
  const servers = new BenchServers({ rounds: 1, flow: sizes.flow })
  const growths: Growth[] = []
  const run = async (operations: Operation[]) => {
    for (const operation of operations) {
      if (ids.length > 0 && !ids.includes(operation.id)) continue
      const growth = await grow(operation, ({ size, error }) => say(dim(`${operation.id} ${size} ${error ?? '✓'}`)))
      growths.push(growth)
      print(growth)
    }
  }
  // Groups and rooms full of sockets are made in a fresh store: the histories are kept for another run.
  const histories = once(() => {
    say(dim('histories …'))
    return (quick ? newHistories : keptHistories)(servers, sizes)
  })
  const fresh = once(() => servers.parlour())
  try {
    if (ids.length === 0) await histories()
    const began = performance.now()
    const { operations, flows } = fanOutOperations(fresh, sizes)
    await run([
      ...historyOperations(servers, histories, sizes),
      listOperation(servers, histories, sizes),
      ...groupOperations(fresh, sizes),
      ...operations,
    ])
    if (ids.length > 0 && growths.length === 0) throw new Trouble(`There is no operation ${ids.join(', ')}.`, '')
    if (writes) {
      const filling = await measure(await histories(), sizes.messages, await fresh(), flows).then(
        regions,
        (error: Error) => {
          say(`What is past one object was not measured, and docs/scaling.md stays as it is: ${error.stack}`)
          return undefined
        },
      )
      const minutes = (performance.now() - began) / 60_000
      const files = write(writes, { growths, regions: filling, circumstances: how(quick, minutes) })
      say(`Written: ${files.join(', ')}`)
      if (!filling) return false
    }
  } finally {
    await servers.clear()
  }
  return growths.every(({ points }) => points.every(({ error }) => !error))
})
