/** Every rule of docs/protocol.md is proved by a test that cites it, and no test cites a rule that is not there. */
import { expect, test } from 'vitest'
import protocol from '../docs/protocol.md?raw'

const sources = import.meta.glob<string>('./**/*.test.ts', { query: '?raw', import: 'default', eager: true })

const RULE = /\[(R\d+)\]/g
/** The name of a test: what stands right after a call of one of these. */
const NAME = /\b(?:test|it|describe|twice)(?:\.each\([^)]*\))?\(\s*(['"`])(.*?)\1/gs

const stated = [...protocol.matchAll(/^- \*\*\[(R\d+)\]\*\* /gm)].map(([, rule]) => rule)
const cited = new Map<string, string[]>()
for (const [path, text] of Object.entries(sources)) {
  for (const [, , name = ''] of text.matchAll(NAME)) {
    for (const [, rule = ''] of name.matchAll(RULE)) cited.set(rule, [...(cited.get(rule) ?? []), path])
  }
}

test('each rule is stated once, in order', () => {
  const numbers = stated.map((rule) => Number(rule?.slice(1)))
  expect(numbers.length).toBeGreaterThan(60)
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
})

test('each rule is cited by a test', () => {
  expect(stated.filter((rule) => !cited.has(String(rule)))).toEqual([])
})

test('each rule that a test cites is stated', () => {
  expect([...cited].filter(([rule]) => !stated.includes(rule))).toEqual([])
})
