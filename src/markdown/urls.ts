/** Finds addresses in running text. An address ends where a reader would end it. */

export interface Address {
  /** The index after its last character. */
  end: number
  href: string
}

/** The longest possible host name (RFC 1035). */
const HOST_LENGTH = 253
/** The longest address that is found. */
const ADDRESS_LENGTH = 8_192

const HOST = /(?:[\p{L}\p{N}\p{M}\p{Join_Control}_-]+\.)*[\p{L}\p{N}\p{M}\p{Join_Control}_-]+|\[[\da-f:.]+\]/iuy
const PORT = /:\d{1,5}/y
const MAIL_NAME = /[\p{L}\p{N}.!#$%&'*+/=?^_{|}~-]{1,64}$/u
const MAIL_HOST = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}\p{N}-]{2,63}/uy

/** Characters that always end an address: blanks, invisible characters, quotation marks, punctuation outside ASCII. */
const ENDS =
  /[\s\p{Z}\p{C}<>"`\\|^\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]|[^\P{P}\p{ASCII}\u00B7\u2010\u2011\u2013]/u
/** Joiners are invisible, but belong to words in Persian and Indic scripts. */
const JOINER = /\p{Join_Control}/u
/** Characters at the end that belong to the sentence or to an emphasis. */
const TRAILING = /[.,:;!?'*_~([{\u2010\u2011\u2013\u00B7]/
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Whether an ASCII letter or digit stands before `at`: the address would be part of a longer word. */
const isWithinWord = (text: string, at: number) => at > 0 && /[a-z\d@]/i.test(text[at - 1] ?? '')

/** The address that begins at `at` with http://, https:// or www. */
export function webAddressAt(text: string, at: number): Address | null {
  const [scheme] = /^(?:https?:\/\/|www\.)/i.exec(text.slice(at, at + 8)) ?? []
  if (!scheme || isWithinWord(text, at)) return null
  const named = /^www\./i.test(scheme)
  const start = named ? at : at + scheme.length
  const host = hostAt(text, start)
  if (host === null || (named && !/^www\.[^.]+\.[^.]{2,}$/i.test(text.slice(start, host)))) return null
  // A user name before the host is meant to be read as the host.
  if (/^[^\s/?#]{0,256}@/.test(text.slice(host, host + 257))) return null
  const end = trimmed(text, host, endOfPath(text, afterPort(text, host)))
  return checked(end, `${named ? 'https://' : ''}${text.slice(at, end)}`)
}

/** @returns the index after the host at `start` */
function hostAt(text: string, start: number): number | null {
  HOST.lastIndex = 0
  const found = HOST.exec(text.slice(start, start + HOST_LENGTH + 1))?.[0]
  if (!found || found.length > HOST_LENGTH) return null
  // "example.com很好": no domain name mixes scripts, so the sentence continues here.
  const latin = /^(.*\.[a-z]{2,})(?=[^\p{Script=Latin}\p{M}\d_-])/iu.exec(lastLabels(found))
  const length = latin?.[1] ? found.length - lastLabels(found).length + latin[1].length : found.length
  return start + found.slice(0, length).replace(/[_-]+$/, '').length
}

/** The last dot of a host name and what follows it. */
const lastLabels = (host: string) => host.slice(Math.max(0, host.lastIndexOf('.')))

function afterPort(text: string, host: number): number {
  PORT.lastIndex = host
  return PORT.test(text) ? PORT.lastIndex : host
}

function endOfPath(text: string, start: number): number {
  if (!/[/?#]/.test(text[start] ?? '')) return start
  const open: string[] = []
  const most = Math.min(text.length, start + ADDRESS_LENGTH)
  let at = start
  while (at < most) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
    if (ENDS.test(char) && !JOINER.test(char)) break
    const opener = PAIRS[char]
    if (opener === undefined) {
      if (char === '(' || char === '[' || char === '{') open.push(char)
    } else if (open.pop() !== opener) break
    at += char.length
  }
  return at
}

function trimmed(text: string, least: number, end: number): number {
  let at = end
  while (at > least && TRAILING.test(text[at - 1] ?? '')) at--
  return at
}

function checked(end: number, href: string): Address | null {
  return URL.canParse(href) && new URL(href).hostname !== '' ? { end, href } : null
}

/**
 * The mail address around the @ at `at`.
 * @param from the first index that may belong to it
 */
export function mailAddressAt(text: string, at: number, from: number): (Address & { start: number }) | null {
  if (!/[^\s@]/.test(text[at - 1] ?? '')) return null
  const name = MAIL_NAME.exec(text.slice(Math.max(from, at - 64), at))?.[0].replace(/^[^\p{L}\p{N}]+/u, '')
  MAIL_HOST.lastIndex = at + 1
  const host = MAIL_HOST.exec(text)?.[0].replace(/-+$/, '')
  if (!name || !host || !/\.[^.]{2,}$/.test(host) || /^\d+$/.test(lastLabels(host).slice(1))) return null
  // It is the host of a web address.
  if (/:\/\/\S*$/.test(text.slice(Math.max(from, at - 128), at))) return null
  const address = `${name}@${host}`
  return { start: at - name.length, end: at + 1 + host.length, href: `mailto:${address}` }
}

/** The address in the parentheses of `[text](address)`; null when a link may not lead to it. */
export function linkTarget(written: string): string | null {
  if (/^mailto:[^\s?@]+@[^\s?@]+$/i.test(written)) return written
  if (!/^https?:\/\//i.test(written) || /^https?:\/\/[^/?#]*@/i.test(written)) return null
  return checked(0, written) && written
}
