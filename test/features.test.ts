/** The table of features names tests that are there. */
import { expect, test } from 'vitest'
import table from '../docs/features.md?raw'

const sources = import.meta.glob<string>('./**/*.ts', { query: '?raw', import: 'default', eager: true })

/** Each row's feature, and the test it names. */
const rows = [...table.matchAll(/^\| (?!feature|---)(.+?) \| .+ \| `([^`]+)`: (.+) \|$/gm)].map(
  ([, feature = '', file = '', words = '']) => ({ feature, file, words }),
)

test('every line of the table is a row with a proof', () => {
  const lines = table.split('\n').filter((line) => /^\| (?!feature)/.test(line) && !line.startsWith('|---'))
  expect(rows.length).toBeGreaterThan(60)
  expect(rows).toHaveLength(lines.length)
})

test('every proof is there', () => {
  const missing = rows.filter(({ file, words }) => !sources[`./${file}`]?.includes(words))
  expect(missing).toEqual([])
})
