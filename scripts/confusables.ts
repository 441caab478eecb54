/**
 * Makes src/directory/accounts/confusables.ts from Unicode's table of characters that look alike:
 * `npx node scripts/confusables.ts confusables.txt`, with the file of https://www.unicode.org/Public/security/latest/.
 */
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './wrangler.mjs'

const [file] = process.argv.slice(2)
if (!file) throw new Error('Name the confusables.txt to read.')
const text = fs.readFileSync(file, 'utf8')
const version = /^# Version: (\S+)/m.exec(text)?.[1] ?? 'unknown'
const characters = (codes: string): string =>
  String.fromCodePoint(
    ...codes
      .trim()
      .split(/\s+/)
      .map((code) => Number.parseInt(code, 16)),
  )
const pairs = text
  .split('\n')
  .map((line) => /^\ufeff?([0-9A-F]+)\s*;\s*([0-9A-F ]+?)\s*;/.exec(line))
  .flatMap((found) => (found ? [{ from: characters(found[1] ?? ''), to: characters(found[2] ?? '') }] : []))
  // Only what a username may hold, in the form in which a skeleton meets it.
  .filter(({ from }) => /^[\p{L}\p{M}\p{N}_.+-]$/u.test(from) && !/\p{Default_Ignorable_Code_Point}/u.test(from))
  .filter(({ from }) => from.normalize('NFKD') === from)
  .map(({ from, to }) => from + to)
const escaped = pairs
  .join(' ')
  .replace(/[\p{M}\p{C}\\'`$]/gu, (one) => [...one].map((each) => `\\u{${each.codePointAt(0)?.toString(16)}}`).join(''))
fs.writeFileSync(
  path.join(ROOT, 'src/directory/accounts/confusables.ts'),
  `/**
 * Characters that look alike: each followed by the ones that it is taken for. Made by scripts/confusables.ts from
 * Unicode's confusables.txt, version ${version} (UTS 39), © Unicode, Inc., under the Unicode License v3
 * (docs/licences/unicode.txt).
 */
// biome-ignore format: one line is the smallest
export const CONFUSABLES = '${escaped}'
`,
)
