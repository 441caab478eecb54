/** Plants each known bug in a copy of the project and sees to it that the trial meant for it fails. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tethered } from '../scripts/tether.mjs'
import { environment, projectNode, ROOT } from '../scripts/wrangler.mjs'
import { type Edit, PLANTS, type Plant } from './plants.ts'
import type { Trial } from './trial.ts'
import { RUNTIME_TRIALS, type RuntimeTrialId } from './workerd/sizes.ts'

const OPTIONS = { from: 1, to: PLANTS.length }

/** `--from 3 --to 4` plants the third and the fourth. */
export const planted: Trial<typeof OPTIONS> = { title: 'planted bugs, each to be caught', options: OPTIONS, run }

async function run({ seed, from, to }: typeof OPTIONS & { seed: number }) {
  const figures = { planted: 0, caught: 0 }
  const cases: string[] = []
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-planted-'))
  try {
    copyProject(folder)
    for (const plant of PLANTS.slice(from - 1, to)) {
      const took = plantIn(folder, plant)
      figures.planted += 1
      const { code, output } = await runTrial(folder, plant, seed)
      // Caught is what the trial judged to be wrong; that it came to no end would be another matter.
      const caught = code === 1 && output.includes('FAILED') && !output.includes('came to no end')
      if (caught) figures.caught += 1
      else cases.push(`${plant.trial} did not catch that ${plant.bug}:\n${output.slice(-2_000)}`)
      const [, first = ''] = /! (.+)$/m.exec(output) ?? []
      console.log(`${plant.trial} ${caught ? 'caught' : 'MISSED'}: ${plant.bug}\n    ${first.slice(0, 300)}`)
      for (const [file, text] of took) fs.writeFileSync(file, text)
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  return { passed: cases.length === 0 && figures.planted > 0, figures, cases }
}

/** Everything that is or could be committed; what is installed is shared. */
function copyProject(folder: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  for (const file of String(listed).split('\0').filter(Boolean)) {
    const source = path.join(ROOT, file)
    if (fs.statSync(source, { throwIfNoEntry: false })?.isFile()) fs.cpSync(source, path.join(folder, file))
  }
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
}

/** @returns the files as they were. */
function plantIn(folder: string, { bug, edits }: Plant): Map<string, string> {
  const before = new Map<string, string>()
  for (const edit of edits) {
    const file = path.join(folder, edit.file)
    const text = fs.readFileSync(file, 'utf8')
    if (!before.has(file)) before.set(file, text)
    fs.writeFileSync(file, edited(text, edit, bug))
  }
  return before
}

/** @throws {Error} when what is to be replaced does not stand there exactly once */
export function edited(text: string, { file, search, replace }: Edit, bug: string): string {
  const parts = text.split(search)
  if (parts.length === 2) return parts.join(replace)
  throw new Error(`"${bug}" cannot be planted: ${file} has ${parts.length - 1} times ${search}`)
}

/** The trial's short form, in the copy. */
async function runTrial(folder: string, { trial, size }: Plant, seed: number) {
  const usual = trial in RUNTIME_TRIALS ? RUNTIME_TRIALS[trial as RuntimeTrialId].short : {}
  const options = Object.entries({ ...usual, ...size, seed }).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { child, exited } = tethered(projectNode(), ['torture/run.ts', trial, ...options], {
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
