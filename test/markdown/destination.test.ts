/** A link whose text reads as another address shows where it leads. */
import { describe, expect, it } from 'vitest'
import type { Block, Inline } from '../../src/markdown'
import { destination, parse } from '../../src/markdown'

const EVIL = 'https://evil.example/'

/** What is shown beside the first link of a text. */
function beside(text: string): string | null {
  const [block] = parse(text, () => null)
  const link = (block as Block & { type: 'text' }).children.find((part: Inline) => part.type === 'link')
  if (link?.type !== 'link') throw new Error(`${text} has no link`)
  return destination(link.href, link.children)
}

describe('the destination of a link', () => {
  it.each([
    'https://bank.example',
    'http://bank.example/login?next=https://evil.example',
    'bank.example',
    'www.bank.example',
    'BANK.EXAMPLE/login',
    'Sign in at bank.example now',
    '**https://**bank.example',
    '*bank*.example',
    '`bank.example`',
    'bank .example',
    'bank. example',
    'bank\u2024example',
    'bank\u3002example',
    'ｂａｎｋ．ｅｘａｍｐｌｅ',
    'ba\u200bnk.exam\u00adple',
    '\u202eelpmaxe.knab',
    'https:\u2215\u2215bank',
    'bаnk.example',
    'пример.рф',
    'evil.example.bank.example',
    'bank.example@evil.example',
    'https://evil.example/other',
    'evil.example:8080',
    'ada@bank.example',
    '@bank',
    '/login',
    '.example/login',
    'evil.exаmple',
    'https\\://bank.example'.replace('\\', ''),
  ])('is shown beside %j', (text) => {
    expect(beside(`see [${text}](${EVIL})`)).toBe(EVIL)
  })

  it.each([
    'the minutes',
    'Read this!',
    'version 2.0',
    '3.14',
    'and so on…',
    '…and so on. ',
    'See the minutes.',
    'https://evil.example',
    'https://evil.example/',
    'http://evil.example/',
    'evil.example',
    'EVIL.example',
    'www.evil.example',
    '**evil**.example',
    'Grüße, Ève',
  ])('is not shown beside %j', (text) => {
    expect(beside(`see [${text}](${EVIL})`)).toBeNull()
  })

  it('is compared as a whole, and by host where the text is no more than a host', () => {
    const at = 'https://evil.example/a/b?c=1'
    expect(beside(`[${at}](${at})`)).toBeNull()
    expect(beside(`[evil.example/a/b?c=1](${at})`)).toBeNull()
    expect(beside(`[evil.example](${at})`)).toBeNull()
    expect(beside(`[evil.example/a](${at})`)).toBe(at)
    expect(beside(`[evil.example/a/b?c=2](${at})`)).toBe(at)
  })

  it('is shown of mail addresses', () => {
    expect(beside('[ada@bank.example](mailto:eve@evil.example)')).toBe('eve@evil.example')
    expect(beside('[bank.example](mailto:eve@evil.example)')).toBe('eve@evil.example')
    expect(beside('[eve@evil.example](mailto:eve@evil.example)')).toBeNull()
    expect(beside('[write to me](mailto:eve@evil.example)')).toBeNull()
    expect(beside('write eve@evil.example')).toBeNull()
  })

  it('is shown in ASCII beside a bare address whose host mixes scripts', () => {
    expect(beside('https://bаnk.example/x')).toBe('https://xn--bnk-6cd.example/x')
    expect(beside('https://ɡoogle.example')).toMatch(/^https:\/\/xn--/)
    expect(beside('[bаnk.example](https://bаnk.example/)')).toMatch(/^https:\/\/xn--/)
    for (const honest of ['https://bank.example/ключ', 'https://münchen.example', 'https://пример.рф/а']) {
      expect(beside(honest)).toBeNull()
    }
  })
})
