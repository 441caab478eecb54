/** Names of files: shown and saved under, never trusted. */
import { expect, test } from 'vitest'
import { contentDisposition, fileName } from '../../src/media/file-name'
import { LIMITS } from '../../src/protocol'

test.each([
  ['report.pdf', 'report.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\system32\\cmd.exe', 'cmd.exe'],
  ['C:\\Users\\me\\photo.png', 'photo.png'],
  ['/', 'file'],
  ['..', 'file'],
  ['', 'file'],
  ['   ', 'file'],
  ['a\0b\r\nSet-Cookie: x=y.txt', 'abSet-Cookie: x=y.txt'],
  ['invoice\u202egpj.exe', 'invoicegpj.exe'],
  ['photo.png\u061c\u2067gpj.exe', 'photo.pnggpj.exe'],
  ['re\u200bport\ufeff\u00ad\u2060.pdf', 'report.pdf'],
  ['\u{e0041}tagged\u3164.pdf', 'tagged.pdf'],
  ['photo.png                                  .exe', 'photo.png .exe'],
  ['photo.png\u00a0\u2003\u3000.exe', 'photo.png .exe'],
  ['page.html. . .', 'page.html'],
  ['...\u200b', 'file'],
  ['می\u200cخواهم.txt', 'می\u200cخواهم.txt'],
  ['👩\u200d🚀.png', '👩\u200d🚀.png'],
  ['.htaccess', '.htaccess'],
  ['数独 – ١.txt', '数独 – ١.txt'],
  ['broken \ud800.txt', 'broken \ufffd.txt'],
])('%j is called %j', (given, name) => {
  expect(fileName(given)).toBe(name)
})

test('a name that is too long keeps its ending', () => {
  const name = fileName(`${'😀'.repeat(300)}.tar.gz`)
  expect(name.length).toBeLessThanOrEqual(LIMITS.fileNameLength)
  expect(name.endsWith('.gz')).toBe(true)
  expect(name.isWellFormed()).toBe(true)
})

test('whatever it is called, its header is one line that says to save it', () => {
  for (const name of ['a"b\\c.txt', '数独.txt', "it's (1)*.txt", 'a;filename=b.exe', '100%.txt']) {
    const header = contentDisposition(name)
    expect(new Headers({ 'Content-Disposition': header }).get('Content-Disposition')).toBe(header)
    expect(header).toMatch(/^attachment; filename="[^"\\%]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]+$/)
    expect(decodeURIComponent(header.split("UTF-8''")[1] ?? '')).toBe(name)
  }
})
