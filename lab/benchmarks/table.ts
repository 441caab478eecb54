/** Prints the results of a row on the terminal, and formats them for docs/benchmarks.md. */
import { bold, dim, say } from '../../scripts/steps.mjs'
import { median } from '../harness/statistics.ts'
import { type Measured, type Reading, rounded } from './row.ts'

export interface Result {
  id: string
  title: string
  seconds: number
  measured?: Measured
  error?: Error
}

/** Median, and the spread of the rounds. */
const cells = ({ rounds, unit }: Reading): [string, string] => {
  const spread = rounds.length > 1 ? `${rounded(Math.min(...rounds))}–${rounded(Math.max(...rounds))}` : ''
  return [`${rounded(median(rounds))} ${unit}`, spread]
}

export function print({ id, title, measured, error, seconds }: Result): void {
  say(bold(`${id}  ${title}`) + dim(`  ${seconds} s`))
  if (error) say(`  ! ${error.stack ?? error.message}`)
  for (const reading of measured?.readings ?? []) {
    const [middle, spread] = cells(reading)
    say(`  ${reading.what.padEnd(34)} ${reading.subject.padEnd(34)} ${middle.padStart(14)}  ${dim(spread)}`)
  }
  for (const { says, is, met } of measured?.targets ?? []) say(`  ${met ? '✓' : '✗'} ${says}: ${bold(is)}`)
  for (const note of measured?.notes ?? []) say(dim(`  ${note}`))
  say()
}

/** The same in Markdown. */
export function section({ id, title, measured, error }: Result): string {
  const lines = [`## ${id}: ${title}`, '']
  if (error) lines.push(`It failed: ${error.message}`, '')
  if (measured) {
    lines.push('| figure | subject | median | rounds from–to |', '|---|---|---:|---:|')
    for (const reading of measured.readings) {
      const [middle, spread] = cells(reading)
      lines.push(`| ${reading.what} | ${reading.subject} | ${middle} | ${spread} |`)
    }
    lines.push('')
    for (const note of measured.notes ?? []) lines.push(`${note}`, '')
  }
  return lines.join('\n')
}

/** All targets of all rows, with what was found. */
export function verdicts(results: Result[]): string {
  const lines = ['| row | target | found | |', '|---|---|---:|---|']
  for (const { id, measured, error } of results) {
    if (error) lines.push(`| ${id} | | failed | ✗ |`)
    for (const { says, is, met } of measured?.targets ?? []) {
      lines.push(`| ${id} | ${says} | ${is} | ${met ? 'met' : '**missed**'} |`)
    }
  }
  return lines.join('\n')
}
