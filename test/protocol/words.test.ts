/** Texts: how they are compared, what of them can be seen, and whom they mention. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { usernamesFor } from '../../src/auth/usernames'
import { mentionsIn } from '../../src/markdown'
import {
  ClientId,
  caseless,
  findRanges,
  fold,
  ImageAlt,
  isVisible,
  LIMITS,
  ProfileBody,
  RegisterBody,
  UpdateRoomBody,
  wellFormed,
  wellFormedIn,
} from '../../src/protocol'

/** Any characters, letters with marks among them, half of a pair, and what nobody sees. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      'e',
      '\u0301',
      '\u0308',
      'İ',
      'ß',
      'Σ',
      'ς',
      'ﬁ',
      '한',
      '\u1112',
      '\u1161',
      '\u11ab',
      '\u200d',
      ' ',
    ),
    fc.constantFrom('क', '\u093f', '\u094d', 'か', '\u3099', '𞤀', '\u00ad', 'й', 'ё', '\ud800', '’', '\n'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})

describe('the fold of a search', () => {
  test.each([
    ['İstanbul', 'istanbul'],
    ['İstanbul', 'ISTANBUL'],
    ['Isparta', 'ısparta'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσεύς'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'straße'],
    ['5 µm', '5 μM'],
    ['ﬁnal', 'FINAL'],
    ['Ｗｉｄｅ', 'wide'],
    ['ᲗᲑᲘᲚᲘᲡᲘ', 'თბილისი'],
    ['𞤀𞤁𞤂', '𞤢𞤣𞤤'],
    ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
    ['𐐀𐐁', '𐐨𐐩'],
    ['Müller', 'muller'],
    ['Müller', 'Mu\u0308ller'],
    ['Łódź', 'lodz'],
    ['Đà Nẵng', 'da nang'],
    ['Ørsted', 'orsted'],
    ['œuvre', 'OEUVRE'],
    ['Αθήνα', 'ΑΘΗΝΑ'],
    ['Семён', 'семен'],
    ['за́мок', 'замок'],
    ['مُحَمَّد', 'محمد'],
    ['أحمد', 'احمد'],
    ['علی', 'علي'],
    ['שָׁלוֹם', 'שלום'],
    ['한국', '한국'.normalize('NFD')],
    ['co\u00adoperate', 'cooperate'],
    ['می\u200cخواهم', 'میخواهم'],
    ['two\n  words', 'two words'],
    ['ｶﾞﾝﾀﾞﾑ', 'ガンダム'],
    ['ﾊﾟﾝ', 'パン'],
    ['ﾡￂ', '가'],
    ['it’s', "it's"],
    ['пʼять', "п'ять"],
    ['„Ja“', '"ja"'],
    ['1914–1918', '1914-1918'],
    ['well‑known', 'well-known'],
    ['ᾼ', 'ΑΙ'],
    ['ᏸ', 'Ᏸ'],
    ['ﬃ', 'FFI'],
    ['ﬓ', 'ՄՆ'],
    ['ﻼ', 'لا'],
    ['J̌', 'ǰ'],
    ['ĩ', 'i̇̃'],
  ])('%s and %s find each other', (one, other) => {
    expect(findRanges(one, other)).toEqual([{ start: 0, length: one.length }])
    expect(findRanges(other, one)).toEqual([{ start: 0, length: other.length }])
  })

  test.each([
    ['й', 'и'],
    ['ї', 'і'],
    ['が', 'か'],
    ['น้ำ', 'นำ'],
    ['각', '가'],
  ])('the mark of %s makes another letter than %s', (one, other) => {
    expect(fold(one)).not.toBe(fold(other))
    expect(findRanges(one, other)).toEqual([])
  })

  test('does not depend on how a text is encoded', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const form of ['NFC', 'NFD'] as const)
          expect(fold(text.toWellFormed().normalize(form))).toBe(fold(text.toWellFormed()))
        expect(caseless(text.normalize('NFD'))).toBe(caseless(text.normalize('NFC')))
      }),
      { numRuns: 2_000 },
    )
  })

  test('finds what was asked for where it stands in the original, whatever folding makes longer or shorter', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (before, words, after) => {
        const text = `${before} ${words} ${after}`
        const found = findRanges(text, words)
        expect(found.length > 0).toBe(fold(words) !== '')
        for (const { start, length } of found) expect(fold(text.slice(start, start + length))).toContain(fold(words))
      }),
      { numRuns: 2_000 },
    )
    expect(findRanges('eine große Straße', 'STRASSE')).toEqual([{ start: 11, length: 6 }])
    expect(findRanges('ﬁﬁ ﬁn fin', 'FIN')).toEqual([
      { start: 3, length: 2 },
      { start: 6, length: 3 },
    ])
  })
})

describe('text that can be seen', () => {
  const unseen = [
    '\u200b',
    '\u200d\u200d',
    '\u2800',
    '\u3164',
    '\u115f\u1160',
    '\uffa0',
    '\u00ad',
    '\ufe0f',
    '\u{e0041}\u{e007f}',
    '\u{e0100}',
    '\u202e',
    '\u2066\u2069',
    '\u0007',
    '\ufff9\ufffb',
    '\u{1d159}',
    '\u{13441}\u{13442}',
    '\u{16fe4}',
    '\u{1bc9d}',
    '\u034f',
    '\u061c',
    '\ufeff',
    '\u180e',
    '\ufffd',
    '\ufffc',
    '\u{1107f}',
    '\u{13440}',
    ' \u3000\u2003\n',
  ]
  test.each(unseen)('%j is none', (text) => {
    expect(isVisible(text)).toBe(false)
    for (const name of [`a${text.trim()}b`, text]) {
      if (name.trim() === '' || name === 'ab') continue
      expect(ProfileBody.safeParse({ first_name: name }).success, `first name ${JSON.stringify(name)}`).toBe(false)
      expect(UpdateRoomBody.safeParse({ room_name: name }).success, `room name ${JSON.stringify(name)}`).toBe(false)
      expect(ProfileBody.safeParse({ username: name }).success, `username ${JSON.stringify(name)}`).toBe(false)
    }
    if (text.trim() === '') return
    for (const body of [{ bio: text }, { first_name: text }]) expect(ProfileBody.safeParse(body).success).toBe(false)
    expect(ImageAlt.safeParse(text).success).toBe(false)
    expect(UpdateRoomBody.safeParse({ description: text }).success).toBe(false)
  })

  test.each(['a', '\u00e9', '👍', '❤\ufe0f', '\u0301', 'क्', '。', '\u{1fae9}', '\u{e000}'])('%j is some', (text) => {
    expect(isVisible(text)).toBe(true)
  })

  test.each([
    ['Persian', 'علی\u200cرضا'],
    ['Hindi', 'क्\u200dष'],
    ['Sinhala', 'ශ්\u200dරී'],
    ['Malayalam', 'രാജന്\u200d'],
    ['Bengali', 'র\u200d্যাম'],
    ['Japanese', '葛\u{e0100}城'],
    ['a family', '👨\u200d👩\u200d👧 home'],
    ['a flag', '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['a heart in either form', '❤\ufe0f ☺\ufe0e'],
  ])('a name keeps the unseen parts of what is seen: %s', (_, name) => {
    expect(UpdateRoomBody.parse({ room_name: name })).toEqual({ room_name: name })
  })

  test.each([
    'a\u200db',
    'a\u200cb',
    '\u200dعلی',
    'علی\u200c',
    'علی\u200c\u200cرضا',
    'ada\u202eada',
    'ada\u200f',
    'a\ufe0f',
    '1\ufe0f2',
  ])('a name has no joiner or direction where no script needs one: %j', (name) => {
    expect(UpdateRoomBody.safeParse({ room_name: name }).success).toBe(false)
    expect(ProfileBody.safeParse({ username: name }).success).toBe(false)
  })

  test('what is no character becomes one, wherever it stands in a body', () => {
    expect(wellFormed('a\ud800c\udc00d👍')).toBe('a\ufffdc\ufffdd👍')
    const body = JSON.parse('{"a": ["x\\ud800", {"\\ud800": "\\udfff"}], "__proto__": "\\udfff", "n": 1, "z": null}')
    const changed = wellFormedIn(body)
    expect(JSON.stringify(changed)).toBe('{"a":["x\ufffd",{"\ufffd":"\ufffd"}],"__proto__":"\ufffd","n":1,"z":null}')
    // Two messages whose ids would become one are two, or none.
    expect(ClientId.safeParse('a\ufffd').success).toBe(false)
  })
})

describe('usernames', () => {
  const account = { email: 'x@parlour.test', password: 'correct horse battery' }

  test.each([
    'संदीप',
    'วิชัย',
    'தமிழ்',
    'ada',
    'Zoë',
    'नमस्ते',
    'ကျော်',
    'மணி.கு',
    'علی\u200cرضا',
    '田中',
    'བཀྲ་ཤིས'.replaceAll('་', ''),
    '김민수',
  ])('%s is one', (username) => {
    expect(RegisterBody.parse({ ...account, username }).username).toBe(username.normalize('NFC'))
  })

  test('are kept composed', () => {
    expect(RegisterBody.parse({ ...account, username: 'Zoe\u0308' }).username).toBe('Zoë')
  })

  test.each(['\u0301da', `a${'\u0301'.repeat(12)}`, '\u3164', 'a b', 'a@b', '👍', 'a/b', 'a\u00ad'])(
    '%j is none',
    (username) => {
      expect(RegisterBody.safeParse({ ...account, username }).success).toBe(false)
    },
  )

  test('made from an address are whole letters that a username may have', () => {
    for (const local of ['संदीप', 'zoe\u0308', '𝒳'.repeat(40), 'a'.repeat(40), '👍', '\u0301x', '...', 'क्'.repeat(40)]) {
      for (const username of usernamesFor(`${local}@example.com`)) {
        expect(username.length).toBeLessThanOrEqual(LIMITS.usernameLength)
        expect(RegisterBody.parse({ ...account, username }).username).toBe(username)
      }
    }
  })
})

describe('mentions', () => {
  const people = [
    'bob',
    'ada.l',
    'ada',
    '_max_',
    'cy_',
    'कि',
    'Zoë',
    'al',
    'a+b',
    'x-y',
    '田中',
    'علی\u200cرضا',
    'snake_case',
  ]
  const members = new Map(people.map((name) => [caseless(name), name]))
  const find = (key: string) => members.get(key)
  /** Who is mentioned, each as it was written. */
  const said = (content: string) =>
    mentionsIn(content, find, 50).map(({ start, length, named }) => [content.slice(start, start + length), named])

  test.each([
    ['Ask @bob.', [['@bob', 'bob']]],
    ['@bob...', [['@bob', 'bob']]],
    ['_@bob_', [['@bob', 'bob']]],
    [
      '*@bob* **@ada** ~~@al~~ __@bob__',
      [
        ['@bob', 'bob'],
        ['@ada', 'ada'],
        ['@al', 'al'],
        ['@bob', 'bob'],
      ],
    ],
    ['(@bob) "@bob" «@bob» 「@bob」', Array(4).fill(['@bob', 'bob'])],
    [
      '@Bob and @BOB',
      [
        ['@Bob', 'bob'],
        ['@BOB', 'bob'],
      ],
    ],
    ['@Zoe\u0308!', [['@Zoe\u0308', 'Zoë']]],
    ['@कि, आओ', [['@कि', 'कि']]],
    [
      '@ada.l and @ada. and @ada.lo',
      [
        ['@ada.l', 'ada.l'],
        ['@ada', 'ada'],
      ],
    ],
    [
      '@a+b, @x-y- @cy_ @cy__',
      [
        ['@a+b', 'a+b'],
        ['@x-y', 'x-y'],
        ['@cy_', 'cy_'],
        ['@cy_', 'cy_'],
      ],
    ],
    [
      'hi @_max_ and @snake_case_',
      [
        ['@_max_', '_max_'],
        ['@snake_case', 'snake_case'],
      ],
    ],
    ['@علی\u200cرضا سلام', [['@علی\u200cرضا', 'علی\u200cرضا']]],
    ['お願い@田中、', [['@田中', '田中']]],
    ['＠bob', [['＠bob', 'bob']]],
    ["@bob's, @bob: @bob; @bob? -@bob +@bob .@bob", Array(7).fill(['@bob', 'bob'])],
    [
      '@ada/@bob',
      [
        ['@ada', 'ada'],
        ['@bob', 'bob'],
      ],
    ],
    [
      '# @bob\n\n> @ada\n> more @al\n\n- [x] @bob\n  1. @ada',
      [
        ['@bob', 'bob'],
        ['@ada', 'ada'],
        ['@al', 'al'],
        ['@bob', 'bob'],
        ['@ada', 'ada'],
      ],
    ],
    [
      'a | b\n-|-\n@bob | @ada | @al\n@al | `@bob`',
      [
        ['@bob', 'bob'],
        ['@ada', 'ada'],
        ['@al', 'al'],
        ['@al', 'al'],
      ],
    ],
    [
      'x\r\n\r\n@bob\r\n@ada',
      [
        ['@bob', 'bob'],
        ['@ada', 'ada'],
      ],
    ],
    ['<b>@bob</b>', [['@bob', 'bob']]],
    ['    @bob\n\t@bob', Array(2).fill(['@bob', 'bob'])],
    ['<!-- @bob --> [@bob](javascript:x) \\\\ @bob', Array(3).fill(['@bob', 'bob'])],
    [
      '- > a | b\n  > -|-\n  > x \\| @ada | @bob',
      [
        ['@ada', 'ada'],
        ['@bob', 'bob'],
      ],
    ],
    ['Danke.@bob', [['@bob', 'bob']]],
    ['and/or/@bob Really? Yes.No?@bob 12/@bob', Array(3).fill(['@bob', 'bob'])],
    ['（https://example.com）@bob，', [['@bob', 'bob']]],
  ])('%j names those whom it shows', (content, expected) => {
    expect(said(content)).toEqual(expected)
  })

  test.each([
    '`@bob`',
    '``a `@bob` ``',
    '```\n@bob\n```',
    '```\n@bob, and no end',
    '~~~ @bob\nx\n~~~',
    '> ```\n> @bob\n> ```',
    '- x\n\n  ```\n  @bob\n  ```',
    'https://example.com/@bob',
    'www.example.com/@bob?x=@bob',
    'example.com/@bob',
    'medium.com/x/@bob',
    'example.com:8080/@bob',
    'example.com./@bob example.com/~@bob example.com/#@bob',
    'example.com?to=@bob example.com/x?to=@bob&@ada',
    'localhost:3000/@bob //localhost/@bob',
    '127.0.0.1/@bob',
    'ssh://@bob ws://x/@bob git+ssh://host/@bob file:///@bob',
    'http://@bob',
    '<https://example.com/@bob>',
    'mail@bob.com and ada@bob',
    'x+@bob x_@bob',
    '\\@bob',
    '![x](https://example.com/@bob.png) ![x](@bob)',
    '[x](https://example.com "@bob")',
    '[@bob](https://example.com)',
    '[x](/@bob)',
    '[x](@bob)',
    '[x]: https://example.com/@bob',
    '@bobby',
    '@bob@example.com',
    '@@bob',
    '@bob\u0301',
    '@',
    '@nobody',
  ])('%j names nobody', (content) => {
    expect(said(content)).toEqual([])
  })

  test('no more than were asked for, the first ones, and every one of them where it stands', () => {
    expect(mentionsIn('@bob '.repeat(60), find, 50)).toHaveLength(50)
    expect(mentionsIn('a @bob @ada', find, 50)).toEqual([
      { start: 2, length: 4, named: 'bob' },
      { start: 7, length: 4, named: 'ada' },
    ])
  })

  const piece = fc.constantFrom(
    ...[
      '@bob',
      '@ada.l',
      '@_max_',
      '＠al',
      '@bob.',
      '@nobody',
      '@',
      'x',
      ' ',
      '\n',
      '\n\n',
      '    ',
      '`',
      '```\n',
      '~~~\n',
    ],
    ...[
      '*',
      '**',
      '_',
      '__',
      '~~',
      '[',
      '](',
      ')',
      '![',
      'https://a.b/',
      'c@',
      '\\',
      '> ',
      '- ',
      '1. ',
      '# ',
      '|',
      '\n|-|-|\n',
    ],
    ...['<b>', '<!--', '-->', '<div>\n', '[r]: x\n', '\r\n', 'é', '\t', '&amp;', '<https://x/', '>'],
  )

  test('stand where they say, in any Markdown', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const content = pieces.join('')
        let end = 0
        for (const { start, length, named } of mentionsIn(content, find, 50)) {
          expect(start).toBeGreaterThanOrEqual(end)
          end = start + length
          expect(content[start]).toMatch(/[@＠]/)
          expect(find(caseless(content.slice(start + 1, end)))).toBe(named)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  test('an endless run of signs takes no endless time', () => {
    for (const unit of ['@', '@bob', '@a.', '-@', '_@', '@_', '@bob_', '.@', 'a/@']) {
      const content = unit.repeat(LIMITS.messageLength / unit.length)
      expect(mentionsIn(content, find, 50).length).toBeLessThanOrEqual(50)
    }
  })
})
