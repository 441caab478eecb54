/**
 * The commands of the lab share this: they read a command line, run what it names, and exit with a code that says
 * whether it passed.
 */
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { script, Trouble } from '../../scripts/steps.mjs'
import { stopOnSignals } from '../../scripts/tether.mjs'
import { ROOT } from '../../scripts/wrangler.mjs'

/** Options by name with their usual values: a number is given as `--name 7`, a text as `--name x`, a switch as `--name`. */
export type Options = Record<string, number | string | boolean | undefined>

/** @throws {Trouble} when an option is unknown or no whole number where one is wanted */
export function optionsOf<O extends Options>(args: string[], usual: O): { ids: string[]; options: O } {
  const kinds = Object.entries(usual).map(([name, value]) => [
    name,
    { type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const) },
  ])
  const { values, positionals } = parsed(args, Object.fromEntries(kinds))
  const options = Object.entries(usual).map(([name, value]) => {
    const given = values[name]
    if (typeof value !== 'number' || given === undefined) return [name, given ?? value]
    const number = Number(given)
    if (!Number.isSafeInteger(number) || number < 0)
      throw new Trouble(`--${name} must be a number.`, `Usual is ${value}.`)
    return [name, number]
  })
  return { ids: positionals, options: Object.fromEntries(options) as O }
}

function parsed(args: string[], options: Record<string, { type: 'string' | 'boolean' }>) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`)
    throw new Trouble((error as Error).message, `It takes ${known.join(', ')}.`)
  }
}

/** Looks an id up, however it is written. @throws {Trouble} when there is none such */
export function named<T extends { title: string }>(known: Record<string, T>, id: string): T {
  const found = known[id.toUpperCase()]
  if (found) return found
  const all = Object.entries(known).map(([each, { title }]) => `${each} (${title})`)
  throw new Trouble(`There is no ${id || 'trial without a name'}.`, `There are: ${all.join(', ')}`)
}

/** Runs a command to its end; whatever it started ends with it. `work` says whether it went well. */
export async function command(work: (args: string[]) => Promise<boolean>): Promise<never> {
  stopOnSignals()
  await script(async () => ((await work(process.argv.slice(2))) ? 0 : 1))
  // A socket that a failed trial left open would keep the process.
  process.exit()
}

const require = createRequire(import.meta.url)
const version = (name: string): string => require(path.join(ROOT, 'node_modules', name, 'package.json')).version

/** When, on what and with which versions something is measured, in words. */
export function circumstances(...packages: string[]): string {
  const when = new Date().toISOString().slice(0, 10)
  const memory = Math.round(os.totalmem() / 2 ** 30)
  const machine = `a virtual machine with ${os.availableParallelism()} cores and ${memory} GB of memory, clients and servers together`
  const versions = packages.map((name) => `${name} ${version(name)}`).join(', ')
  return `Measured on ${when} on ${machine}: Node ${process.versions.node}, ${versions}`
}
