/** The address to show beside a link whose text reads like another address. */
import type { Inline } from './tree'

/** Invisible characters, and those that reverse the direction of writing. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}]/gu
/** Characters that look like the dot, the slash or the colon of an address; NFKC folds the others. */
const READ_AS: [RegExp, string][] = [
  [/[\u3002\u00b7\u0701\u0702\u2024\ua4f8\u0660\u06f0\u2027]/g, '.'],
  [/[\u2044\u2215\u29f8\u2571]/g, '/'],
  [/[\u2236\ua789\u02d0\u0589]/g, ':'],
]
/** A scheme, or labels joined by dots, as in a web or mail address. Readers overlook blanks around the dots. */
const ADDRESS_LIKE = /:\/\/|[\p{L}\p{N}\p{M}_-]\s*\.\s*(?!\d+(?!\p{L}))[\p{L}\p{N}\p{M}-]*\p{L}[\p{L}\p{N}\p{M}-]/u
/** The text continues an address before or after the link: "bank.example" and "[/login](…)". */
const JOINS = /^(?:[/@]|\.\p{L})|[/@]$/u

/**
 * @param href of the link: absolute, of http, https or mailto
 * @param children the visible content of the link
 * @returns the address to show beside the link's text, or null where the text is this address or none at all
 */
export function destination(href: string, children: Inline<unknown>[]): string | null {
  const { hostname } = new URL(href)
  const text = textOf(children)
  const read = READ_AS.reduce(
    (so, [signs, sign]) => so.replace(signs, sign),
    text.replace(UNSEEN, '').normalize('NFKC'),
  )
  const isPlain = read === text.normalize('NFKC')
  if (isPlain && comparable(read) === comparable(href)) return mixesScripts(read) ? shown(href) : null
  if (isPlain && hostname && comparable(read) === comparable(`https://${hostname}`) && !mixesScripts(read)) return null
  const isAddressLike = ADDRESS_LIKE.test(read) || read.includes('@') || JOINS.test(read.trim())
  return isAddressLike ? shown(href) : null
}

const textOf = (children: Inline<unknown>[]): string =>
  children.map((part) => ('text' in part ? part.text : textOf(part.children))).join('')

/** As the browser requests it: other letters of a host in ASCII (xn--), in which lookalikes differ. */
const shown = (href: string) => (href.startsWith('mailto:') ? href.slice('mailto:'.length) : new URL(href).href)

/** Equal for addresses that readers take for equal: without scheme, `www.` and a final slash. */
function comparable(address: string): string {
  const written = address.trim()
  const absolute = /^[a-z][a-z\d+.-]*:/i.test(written) ? written : `https://${written}`
  const href = URL.canParse(absolute) ? new URL(absolute).href : written
  return href.replace(/^(?:https?:\/\/(?:www\.)?|mailto:)/i, '').replace(/^([^/]*)\/$/, '$1')
}

/** Whether a host has Latin letters beside those of another script, or Latin letters that look like ASCII. */
function mixesScripts(address: string): boolean {
  const [host = ''] = /^[^/?#]*/.exec(address.trim().replace(/^[a-z]+:\/\//i, '')) ?? []
  const isLatin = /\p{Script=Latin}/u.test(host)
  return isLatin && /[\u0131\u017f-\uffff]|[\u{10000}-\u{10ffff}]/u.test(host)
}
