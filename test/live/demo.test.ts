/** The demo ends well on the real server, and its comparison can fail. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { difference, speechesOf } from '../../scripts/play.ts'
import { ROOT } from '../../scripts/wrangler.mjs'

const source = speechesOf(fs.readFileSync(path.join(ROOT, 'scripts/data/earnest-act-1.txt'), 'utf8'))

describe('the play', () => {
  it('is a whole act of five speakers', () => {
    expect(source).toHaveLength(301)
    expect(new Set(source.map(({ speaker }) => speaker))).toEqual(
      new Set(['Algernon', 'Lane', 'Jack', 'Lady Bracknell', 'Gwendolen']),
    )
    expect(source[0]).toEqual({ speaker: 'Algernon', text: 'Did you hear what I was playing, Lane?' })
    expect(source.at(-1)).toEqual({ speaker: 'Algernon', text: 'Nobody ever does.' })
  })

  it.each([
    ['a line is missing', source.toSpliced(150, 1)],
    ['a line comes twice', source.toSpliced(150, 0, ...source.slice(149, 150))],
    ['two lines are swapped', source.toSpliced(150, 2, ...source.slice(150, 152).reverse())],
    ['the end is missing', source.slice(0, -1)],
    ['a line is spoken by another', source.with(150, { speaker: 'Lane', text: source[150]?.text ?? '' })],
    ['a character is changed', source.with(150, { ...(source[150] ?? { speaker: '' }), text: 'A hand-bag!' })],
  ])('differs from a transcript in which %s', (_, transcript) => {
    expect(difference(source, transcript)).toMatch(/^Line \d+ should be .* and is .*\.$/)
  })

  it('equals itself', () => {
    expect(difference(source, [...source])).toBeUndefined()
  })
})

describe('npm run demo', () => {
  it('performs the act and finds the transcript equal to the source', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'scripts/demo.ts')])
    expect(stdout).toMatch(/301 lines received by a listener who was cut off after line \d+, missed \d+, and resumed/)
    expect(stdout).toContain('The transcript equals the source, line for line')
    for (const { text } of source) expect(stdout).toContain(text)
  })
})
