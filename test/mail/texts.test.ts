/** What the mails say, and what they never do. */
import { expect, test } from 'vitest'
import { addressChanged, alreadyRegistered, codeLetter, passwordChanged } from '../../src/mail/texts'
import { CodePurpose } from '../../src/protocol'

const letters = [
  ...CodePurpose.options.map((purpose) => codeLetter(purpose, 'ada.lovelace', '012345')),
  passwordChanged('ada.lovelace'),
  addressChanged('ada.lovelace'),
  alreadyRegistered('ada.lovelace'),
]

test.each(letters)('"$subject" names the account and links to nothing', ({ subject, text, html }) => {
  expect(subject.length).toBeLessThan(78)
  expect(subject).not.toMatch(/[\r\n]|\d/)
  for (const form of [text, html]) {
    expect(form).toContain('@ada.lovelace')
    expect(form).not.toMatch(/https?:|href|src=|www\./)
  }
})

test.each(CodePurpose.options)('a code for %s stands on a line of its own, once, and in no subject', (purpose) => {
  const { subject, text, html } = codeLetter(purpose, 'ada', '012345')
  expect(text).toMatch(/^ {4}012345$/m)
  for (const form of [text, html]) expect(form.match(/\d{6}/g)).toEqual(['012345'])
  expect(subject).not.toContain('012345')
  expect(text).toContain('10 minutes')
})

test('text and page say the same', () => {
  for (const { text, html } of letters) {
    const words = (form: string) =>
      form
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll('&quot;', '"')
        .split(/\s+/)
        .join(' ')
        .trim()
    expect(words(html)).toBe(words(text))
  }
})

test('a name is text in the page too', () => {
  expect(passwordChanged('<img src=x>"&').html).toContain('@&lt;img src=x&gt;&quot;&amp;')
})
