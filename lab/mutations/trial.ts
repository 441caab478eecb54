/** MUTATIONS: applies each mutation to a copy of the project and checks that its trial fails there. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tethered } from '../../scripts/tether.mjs'
import { environment, projectNode, ROOT } from '../../scripts/wrangler.mjs'
import type { Trial } from '../harness/trial.ts'
import type { Mutation } from './mutation.ts'
import { MUTATIONS } from './registry.ts'
import { Source } from './source.ts'

const OPTIONS = { from: 1, to: MUTATIONS.length }

/** `--from 3 --to 4` applies the third and the fourth. */
export const mutations: Trial<typeof OPTIONS> = {
  title: 'known bugs, each to be caught',
  options: OPTIONS,
  short: OPTIONS,
  run,
}

async function run({ seed, from, to }: typeof OPTIONS & { seed: number }) {
  const figures = { mutations: 0, caught: 0 }
  const cases: string[] = []
  const source = new Source(ROOT)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-mutated-'))
  try {
    copyProject(folder)
    for (const mutation of MUTATIONS.slice(from - 1, to)) {
      const { trial, bug } = mutation
      const changed = source.mutated(mutation)
      for (const [file, text] of changed) fs.writeFileSync(path.join(folder, file), text)
      figures.mutations += 1
      const { code, output } = await runTrial(folder, mutation, seed)
      // A trial catches a mutation by its judgement: that it came to no end would be another matter.
      const caught = code === 1 && output.includes('FAILED') && !output.includes('came to no end')
      if (caught) figures.caught += 1
      else cases.push(`${trial} did not catch: ${bug}\n${output.slice(-2_000)}`)
      const [, first = ''] = /! (.+)$/m.exec(output) ?? []
      console.log(`${trial} ${caught ? 'caught' : 'MISSED'}: ${bug}\n    ${first.slice(0, 300)}`)
      for (const file of changed.keys()) fs.cpSync(path.join(ROOT, file), path.join(folder, file))
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { passed: cases.length === 0 && figures.mutations > 0, figures, cases }
}

/** Copies every file that is or could be committed, and links what is installed. */
function copyProject(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  for (const file of String(listed).split('\0').filter(Boolean)) {
    const source = path.join(ROOT, file)
    if (fs.statSync(source, { throwIfNoEntry: false })?.isFile()) fs.cpSync(source, path.join(folder, file))
  }
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
}

/** Runs the trial's short form in the copy, with the options that the mutation needs. */
async function runTrial(folder: string, { trial, options }: Mutation, seed: number) {
  const args = Object.entries({ ...options, seed }).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { child, exited } = tethered(projectNode(), ['lab/run.ts', trial, '--short', ...args], {
    cwd: folder,
    env: environment(),
    output: 'pipe',
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-200_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const code = await exited
  return { code, output }
}
