/** Where a link leads, in words, when its text reads as another address. */
import type { Inline } from './tree'

/** Characters that are not seen, or that turn the direction of what is seen. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cc}]/gu
/** Characters that are read as the dot, the slash or the colon of an address; NFKC folds the rest of them. */
const READ_AS: [RegExp, string][] = [
  [/[\u3002\u00b7\u0701\u0702\u2024\ua4f8\u0660\u06f0\u2027]/g, '.'],
  [/[\u2044\u2215\u29f8\u2571]/g, '/'],
  [/[\u2236\ua789\u02d0\u0589]/g, ':'],
]
/** A scheme, or labels joined by dots, as they stand in a web or mail address. Blanks around the dots are read over. */
const ADDRESS_LIKE = /:\/\/|[\p{L}\p{N}\p{M}_-]\s*\.\s*(?!\d+(?!\p{L}))[\p{L}\p{N}\p{M}-]*\p{L}[\p{L}\p{N}\p{M}-]/u
/** The text joins what stands before or behind the link to one address: "bank.example" and "[/login](…)". */
const JOINS = /^(?:[/@]|\.\p{L})|[/@]$/u

/**
 * @param href of the link: absolute, of http, https or mailto
 * @param children what the link shows
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

/** As the browser requests it: a host of other letters in ASCII (xn--), where lookalikes differ. */
const shown = (href: string) => (href.startsWith('mailto:') ? href.slice('mailto:'.length) : new URL(href).href)

/** The same for addresses that a reader takes for the same: without scheme, `www.` and a slash at the end. */
function comparable(address: string): string {
  const written = address.trim()
  const absolute = /^[a-z][a-z\d+.-]*:/i.test(written) ? written : `https://${written}`
  const href = URL.canParse(absolute) ? new URL(absolute).href : written
  return href.replace(/^(?:https?:\/\/(?:www\.)?|mailto:)/i, '').replace(/^([^/]*)\/$/, '$1')
}

/** Letters of Latin beside letters of another script, or Latin ones that pass for ASCII: the host may be a lookalike's. */
function mixesScripts(address: string): boolean {
  const [host = ''] = /^[^/?#]*/.exec(address.trim().replace(/^[a-z]+:\/\//i, '')) ?? []
  const isLatin = /\p{Script=Latin}/u.test(host)
  return isLatin && /[\u0131\u017f-\uffff]|[\u{10000}-\u{10ffff}]/u.test(host)
}
