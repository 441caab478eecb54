/** Makes hostile texts: marks of Markdown out of place, deep, long, and in every script. */
import type { Random } from '../../harness/random.ts'

const MARKS = [
  '>',
  '> ',
  '>> ',
  '- ',
  '* ',
  '1. ',
  '0. ',
  '999999999. ',
  '- [ ] ',
  '- [x] ',
  '*',
  '**',
  '***',
  '_',
  '__',
  '~~',
  '`',
  '``',
  '```',
  '```js\n',
  '~~~\n',
  '|',
  '|-|-|\n',
  '| a | b |\n|:-|-:|\n',
  '[',
  '](',
  ')',
  '[](https://a.example)',
  '[a](javascript:alert(1))',
  '![',
  '<',
  '<b>',
  '</',
  '<!--',
  '&amp;',
  '\\',
  '#',
  '# ',
  '---\n',
  '===\n',
]
const WORDS = [
  'a',
  'word',
  ' ',
  '  ',
  '\t',
  '\n',
  '\n\n',
  '\n\n\n\n',
  '    ',
  '@',
  '@ana',
  '#Room',
  ':smile',
  'https://',
  'https://a.example/(b',
  'www.a.example.',
  'a@b.example',
  'http://[::1',
  'mailto:',
  '\\\\server\\share\\_x',
  '__init__',
  '2*3*4',
  'C:\\*.*',
  'constructor',
  '__proto__',
  'null',
  '<%= x %>',
  '{{x}}',
  '%s%n',
  "'; --",
]
const LETTERS = [
  '好',
  'か゚',
  'ก็',
  'कि',
  'मैं',
  'مرحبا',
  'שלום',
  'ℌ',
  'ǅ',
  'ß',
  'İ',
  'ς',
  'ﷺ',
  '𒐫',
  '🎉',
  '👩‍👩‍👧‍👦',
  '🏴󠁧󠁢󠁷󠁬󠁳󠁿',
  '1️⃣',
  '🇩',
  '❤',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u200d',
  '\ufeff',
  '\u00ad',
  '\u3164',
  '\u2028',
  '\u0000',
  '\ud800',
  '\udfff',
  '\uffff',
  'e\u0301',
  `z${'\u0335\u0341'.repeat(20)}`,
  '\u0e47\u0e47\u0e47',
  '\u{e0001}',
  '\u{10ffff}',
]
const PIECES = [...MARKS, ...MARKS, ...WORDS, ...LETTERS]

/** As many characters as a message has at most. */
const MOST = 10_000
/** One text in so many is one piece, or two, over and over, up to the limit. */
const ENDLESS = 40

export function hostileText(random: Random): string {
  const piece = () => random.pick(PIECES)
  if (random.between(1, ENDLESS) === 1) {
    const repeated = random.between(0, 1) ? piece() : piece() + piece()
    return repeated.repeat(Math.ceil(MOST / repeated.length)).slice(0, MOST)
  }
  return Array.from({ length: random.between(1, 30) }, () =>
    random.between(1, 8) === 1 ? piece().repeat(random.between(2, 40)) : piece(),
  )
    .join('')
    .slice(0, MOST)
}
