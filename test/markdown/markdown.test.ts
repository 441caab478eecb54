/** How the text of a message is read. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Block, type Inline, isVisible, namesIn, parse, plainText } from '../../src/markdown'

/** The tree as tags around the text: as short as it can be read. */
function inlines(parts: Inline<string>[]): string {
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text
      if (part.type === 'code') return `<code>${part.text}</code>`
      if (part.type === 'name') return `<name>${part.text}</name>`
      if (part.type === 'link') return `<a ${part.href}>${inlines(part.children)}</a>`
      return `<${part.type}>${inlines(part.children)}</${part.type}>`
    })
    .join('')
}
function block(each: Block<string>): string {
  const blank = '⏎'.repeat(each.blankLines)
  if (each.type === 'text') return `${blank}${inlines(each.children)}`
  if (each.type === 'code') return `${blank}<pre ${each.language}>${each.text}</pre>`
  if (each.type === 'quote') return `${blank}<q>${each.children.map(block).join('|')}</q>`
  if (each.type === 'table') {
    const row = (cells: Inline<string>[][]) => cells.map(inlines).join('|')
    return `${blank}<table ${each.align.map((side) => side ?? '-')}>${[each.head, ...each.rows].map(row).join('/')}</table>`
  }
  const items = each.items.map(
    ({ marker, done, children }) =>
      `<${marker}${done === undefined ? '' : done ? '[x]' : '[ ]'}>${children.map(block).join('|')}`,
  )
  return `${blank}<${each.ordered ? 'ol' : 'ul'}>${items.join('')}</>`
}
const read = (text: string) => parse<string>(text).map(block).join('|')

/** All that a tree shows or leads to, in order. */
function contents(blocks: Block[]): string {
  const ofInlines = (parts: Inline[]): string =>
    parts
      .map((part) =>
        part.type === 'link'
          ? ofInlines(part.children) + part.href
          : 'text' in part
            ? part.text
            : ofInlines(part.children),
      )
      .join('')
  return blocks
    .map((each) => {
      if (each.type === 'text') return ofInlines(each.children)
      if (each.type === 'code') return each.language + each.text
      if (each.type === 'quote') return contents(each.children)
      if (each.type === 'table') return [each.head, ...each.rows].flat().map(ofInlines).join('')
      return each.items.map(({ marker, done, children }) => `${marker}${done ? 'x' : ''}${contents(children)}`).join('')
    })
    .join('')
}

describe('what is no mark', () => {
  it.each([
    '>',
    '> ',
    '>>',
    '>\n>\n>',
    '*',
    '**',
    '***',
    '****',
    '_',
    '~~',
    '~',
    '#',
    '# ',
    '# heading',
    '#1',
    '-',
    '- ',
    '+ 3',
    '1.',
    '1. ',
    '`',
    '``',
    '```',
    '```\n```',
    '~~~',
    '---',
    '_ _ _',
    '* * *',
    '===',
    'Hello\n---',
    'Hello\n===',
    'Hello\n-',
    '|',
    '||',
    '|-|',
    'a\n-',
    '>_<',
    '>=5',
    '>:(',
    '>.<',
    '[]()',
    '[](x)',
    '[ ]',
    '[x]',
    '![a]()',
    '[a][b]',
    '[b]: there',
    '<b>bold</b>',
    '<!-- hidden -->',
    '<br>',
    '&amp; &copy; &#65;',
    '\\\\server\\share\\_x',
    'C:\\_tmp\\*.txt',
    '¯\\_(ツ)_/¯',
    '\\*as typed\\*',
    '\\',
    'a\\\nb',
    '2*3*4',
    'a*b*c',
    '5 * 3 * 2',
    'snake_case_name',
    '__init__.py',
    'src/*/lib/*.ts',
    'src/**/*.ts',
    '*.ts,*.js',
    '/* a */ b /* c */',
    '(*)',
    '~5 or ~6',
    'a   b',
    '    four blanks',
    '\tone tab',
    'a\n\n\n\nb',
    'a  \nb',
    '**\u200b**',
    '- \u200b',
    '** not bold **',
    'price* and tax*',
  ])('%j is shown as it was sent', (text) => {
    expect(read(text)).toBe(text)
  })
})

describe('marks', () => {
  it.each([
    [
      '**b** *i* ***bi*** __b__ _i_ ~~s~~',
      '<strong>b</strong> <em>i</em> <em><strong>bi</strong></em> <strong>b</strong> <em>i</em> <del>s</del>',
    ],
    ['a **b *c* d** e', 'a <strong>b <em>c</em> d</strong> e'],
    ['これは**太字**です。**「太字」**です', 'これは<strong>太字</strong>です。<strong>「太字」</strong>です'],
    ['`a` ``b`c`` ```d``` ` e `', '<code>a</code> <code>b`c</code> <code>d</code> <code> e </code>'],
    ['`` `x` ``', '<code>`x`</code>'],
    ['**a\n\nb**', '**a\n\nb**'],
    ['> a\n>\n> b\nc', '<q>a\n\nb</q>|c'],
    ['>> a\n> b', '<q><q>a</q>|b</q>'],
    ['> - a\n> - b', '<q><ul><->a<->b</></q>'],
    ['```js run\nx  =  1\n\ny\n```\nafter', '<pre js run>x  =  1\n\ny</pre>|after'],
    ['```\nx```\nafter', '<pre >x</pre>|after'],
    ['~~~\n```\n~~~', '<pre >```</pre>'],
    ['```\nnot closed', '<pre >not closed</pre>'],
  ])('%j', (text, tree) => {
    expect(read(text)).toBe(tree)
  })
})

describe('lists', () => {
  it.each([
    ['0. zero', '<ol><0.>zero</>'],
    ['5. five\n6. six', '<ol><5.>five<6.>six</>'],
    ['3. c\n2. b\n1. a', '<ol><3.>c<2.>b<1.>a</>'],
    ['007. Bond', '<ol><007.>Bond</>'],
    ['1) a\n2. b', '<ol><1)>a</>|<ol><2.>b</>'],
    ['Then\n- a\n* b', 'Then|<ul><->a</>|<ul><*>b</>'],
    ['- a\n- b\n  - c\n    1. d\n- e', '<ul><->a<->b|<ul><->c|<ol><1.>d</></><->e</>'],
    ['1. a\n  more\n2. b', '<ol><1.>a\nmore<2.>b</>'],
    ['- a\n\n- b\n\n\nc', '<ul><->a</>|⏎<ul><->b</>|⏎⏎c'],
    ['- a\n\n  b\n- c', '<ul><->a\n\nb<->c</>'],
    ['- - a', '<ul><->- a</>'],
    ['- [ ] a\n- [x] b\n- [X] c\n- [y] d\n- [ ]', '<ul><-[ ]>a<-[x]>b<-[x]>c<->[y] d<->[ ]</>'],
    ['- ```\n  a\n    b\n  ```\n- c', '<ul><-><pre >a\n  b</pre><->c</>'],
  ])('%j', (text, tree) => {
    expect(read(text)).toBe(tree)
  })
})

describe('tables', () => {
  it.each([
    ['| a | b |\n|---|:-:|\n| 1 | 2 |', '<table -,center>a|b/1|2</table>'],
    ['a|b\n:-|-:\n`c`|d\nafter', '<table start,end>a|b/<code>c</code>|d</table>|after'],
    // Cells beyond the head are not lost; a pipe behind a backslash is text.
    ['| a |\n|-|\n| 1 | 2 |\n| x \\| y |', '<table ->a/1|2/x | y</table>'],
    ['| a | b |\n|-|', '| a | b |\n|-|'],
  ])('%j', (text, tree) => {
    expect(read(text)).toBe(tree)
  })
})

describe('addresses', () => {
  const X = '<a https://x.example/a>https://x.example/a</a>'
  it.each([
    ...[
      '.',
      ',',
      ';',
      ':',
      '!',
      '?',
      "'",
      '"',
      ')',
      ']',
      '}',
      '>',
      '。',
      '，',
      '、',
      '！',
      '？',
      '；',
      '：',
      '）',
      '」',
      '』',
      '】',
      '》',
      '”',
      '’',
      '»',
      '…',
      '।',
      '،',
      '؟',
    ].map((end) => [`see https://x.example/a${end}`, `see ${X}${end}`]),
    ['(https://x.example/a).', `(${X}).`],
    ['“https://x.example/a”, he said', `“${X}”, he said`],
    ['看https://x.example/a。好', `看${X}。好`],
    ['<https://x.example/a>', `<${X}>`],
    [
      '**https://x.example/a** _https://x.example/a_ ~~https://x.example/a~~',
      `<strong>${X}</strong> <em>${X}</em> <del>${X}</del>`,
    ],
    ['https://x.example/a_(b)', '<a https://x.example/a_(b)>https://x.example/a_(b)</a>'],
    ['(https://x.example/a_(b))', '(<a https://x.example/a_(b)>https://x.example/a_(b)</a>)'],
    ['https://x.example很好', '<a https://x.example>https://x.example</a>很好'],
    ['https://x.example/路径', '<a https://x.example/路径>https://x.example/路径</a>'],
    [
      'https://bücher.example https://пример.рф/а',
      '<a https://bücher.example>https://bücher.example</a> <a https://пример.рф/а>https://пример.рф/а</a>',
    ],
    [
      'www.x.example, WWW.X.Example/a',
      '<a https://www.x.example>www.x.example</a>, <a https://WWW.X.Example/a>WWW.X.Example/a</a>',
    ],
    [
      'http://localhost:8787/?a=1&b=%20#c',
      '<a http://localhost:8787/?a=1&b=%20#c>http://localhost:8787/?a=1&b=%20#c</a>',
    ],
    [
      'http://[::1]:80/ http://10.0.0.1',
      '<a http://[::1]:80/>http://[::1]:80/</a> <a http://10.0.0.1>http://10.0.0.1</a>',
    ],
    ['mail ana.b+c@x.example.', 'mail <a mailto:ana.b+c@x.example>ana.b+c@x.example</a>.'],
    ['[a **b**](https://x.example/a_(b))', '<a https://x.example/a_(b)>a <strong>b</strong></a>'],
    ['[mail](mailto:ana@x.example)', '<a mailto:ana@x.example>mail</a>'],
    ['`https://x.example/a`', '<code>https://x.example/a</code>'],
    // An empty link shows where it would lead.
    ['[](https://x.example/a)', `[](${X})`],
    ['[ ](https://x.example/a) [\u200b](https://x.example/a)', `[ ](${X}) [\u200b](${X})`],
    ['![cat](https://x.example/a)', `![cat](${X})`],
  ])('%j', (text, tree) => {
    expect(read(text)).toBe(tree)
  })

  it.each([
    'https://',
    'http://.',
    'www.',
    'www.x',
    'www..x.example',
    'xhttps://x.example',
    'javascript:alert(1)',
    'ftp://x.example',
    '[a](javascript:alert(1))',
    '[a](x.example)',
    '[a](https:// x.example)',
    '[a]( https://)',
    'https://bank.example@evil.example',
    'https://user:word@evil.example/',
    '[a](https://bank.example@evil.example)',
    'a@b',
    '@a.example',
    'v1@2.3.4',
  ])('%j leads nowhere else', (text) => {
    expect(read(text)).not.toContain('evil.example>')
    if (!text.includes('https:// ')) expect(read(text)).toBe(text)
  })
})

describe('names', () => {
  const findName = (text: string, at: number) => {
    const [found] = /^[@#]ann?a?/.exec(text.slice(at)) ?? []
    return found ? { end: at + found.length, name: found } : null
  }
  it('are found in text, whatever marks are around them, and not in code, addresses or links', () => {
    const names = (text: string) => namesIn(text, findName)
    expect(names('@an, _@ann_ (**@anna**) > #an')).toEqual(['@an', '@ann', '@anna', '#an'])
    expect(names('> @an\n\n- @an\n\n| @an |\n|-|\n| @an |')).toEqual(['@an', '@an', '@an', '@an'])
    for (const text of ['`@an`', '```\n@an\n```', 'https://x.example/@an', 'b@an.example', '[@an](https://x.example)'])
      expect(names(text), text).toEqual([])
  })
})

describe('a preview', () => {
  it.each([
    ['**Bold** and `code`, [here](https://x.example)', 'Bold and code, here'],
    ['> quoted\n\n- [x] done\n- [ ] open\n- a', 'quoted ☑ done ☐ open • a'],
    ['0. zero\n1. one', '0. zero 1. one'],
    ['| a | b |\n|-|-|\n| 1 | 2 |', 'a b 1 2'],
    ['```js\nx\n```', 'x'],
    ['a\n\n\n  b', 'a b'],
    ['>', '>'],
    ['[](https://x.example)', '[](https://x.example)'],
  ])('of %j has no marks', (text, shown) => {
    expect(plainText(text)).toBe(shown)
  })
})

/** Pieces of which hostile texts are made. */
const PIECES = [
  '>',
  '> ',
  '- ',
  '* ',
  '1. ',
  '  ',
  '\t',
  '\n',
  '\n\n',
  '*',
  '**',
  '_',
  '__',
  '~~',
  '`',
  '``',
  '```',
  '```\n',
  '[',
  ']',
  '(',
  ')',
  '](',
  '[a](https://x.example)',
  '![',
  '<',
  '|',
  '|-|\n',
  '\\',
  'https://',
  'https://x.example/',
  'www.',
  'a@b.example',
  '@',
  '#',
  'a',
  ' ',
  'é',
  '好',
  '😀',
  '\u200b',
  '\u202e',
  '\ud800',
  '\0',
  'e\u0301',
]
const LONG = 10_000
const filled = (piece: string) => piece.repeat(Math.ceil(LONG / piece.length)).slice(0, LONG)

describe('any text', () => {
  const hostile = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 })), {
    maxLength: 60,
  })

  it('is read without a throw, shows something if there is something to see, and loses no letter', () => {
    fc.assert(
      fc.property(hostile, (pieces) => {
        const text = pieces.join('')
        const shown = contents(parse(text))
        if (isVisible(text)) expect(isVisible(shown)).toBe(true)
        const letters = (of: string) => of.match(/[\p{L}\p{N}]/gu)?.join('') ?? ''
        // Addresses stand twice, as what is shown and where it leads.
        if (!/@|www|https/.test(text)) expect(letters(shown)).toBe(letters(text))
        expect(plainText(text).trim() === '').toBe(text.trim() === '')
      }),
      { numRuns: 2_000 },
    )
  })

  // What took quadratic time would take a minute and more; a throw would be one of the stack.
  it.each([
    ...PIECES.map((piece) => [piece, filled(piece)]),
    ['*a **a', filled('*a **a ')],
    ['_a __a', filled('_a __a ')],
    ['*a_', filled('*a_ ')],
    ['**a*', filled('**a*')],
    ['`a``b```c', filled('`a``b```c')],
    ['[a](', filled('[a](')],
    ['[[]', filled('[[]')],
    ['[a](https://x', filled('[a](https://x')],
    ['https://a.b/(', filled('https://a.b/(')],
    ['a@', filled('a@')],
    ['- a', filled('- a\n')],
    ['> quotes', filled('>\n')],
    [
      'deeper lists',
      Array.from({ length: 130 }, (_, deep) => `${' '.repeat(deep)}- a`)
        .join('\n')
        .slice(0, LONG),
    ],
    ['deeper marks', `${'**x '.repeat(1_200)}${' x**'.repeat(1_200)}`],
    ['rows', filled('|a|b|\n|-|-|\n')],
  ])('of 10,000 characters of %j is read in time', (_, text) => {
    const began = Date.now()
    parse(text)
    plainText(text, text.length)
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(depthOf(parse(text))).toBeLessThan(40)
  })
})

const depthOf = (tree: unknown): number =>
  tree !== null && typeof tree === 'object' ? 1 + Math.max(0, ...Object.values(tree).map(depthOf)) : 0
