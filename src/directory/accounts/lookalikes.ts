/** Usernames that look alike, by UTS 39: two with the same skeleton are taken for one another. */

import { caseless, ERASED_NAME } from '../../protocol'

import { CONFUSABLES } from './confusables'

let prototypes: Map<string, string> | undefined

/** Each character that looks like others, and those. Read when the first name is looked at. */
function readPrototypes(): Map<string, string> {
  const pairs = CONFUSABLES.split(' ').map((entry): [string, string] => {
    const [from = '', ...to] = entry
    return [from, to.join('')]
  })
  return new Map(pairs)
}

/** UTS 39, section 4, of a name in its compatibility decomposition without anything ignorable. */
function skeleton(name: string): string {
  prototypes ??= readPrototypes()
  const known = prototypes
  return [...name.normalize('NFKD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')]
    .map((character) => known.get(character) ?? character)
    .join('')
    .normalize('NFD')
}

/**
 * What a name looks like, as it is written and in capital and small letters, since all of these are the same name:
 * `ΜΙΚΕ` looks like `mike` written in capitals, `paypaI` like `paypal` as it is.
 */
export const skeletonsOf = (username: string): string[] => [
  ...new Set([username, username.toLowerCase(), username.toUpperCase()].map((form) => caseless(skeleton(form)))),
]

/** Names that speak for everybody, for the service or for nobody. */
const RESERVED_NAMES = ['everyone', 'all', 'here', 'system', 'support', 'parlour', ERASED_NAME]

/** A look without separators and accents: `sys.tem` and `sýstem` still say `system`. */
const bareLetters = (look: string): string => look.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '')

let reserved: Set<string> | undefined

/** Whether a name, or one that looks like it, is nobody's to have. */
export function isReserved(looks: string[]): boolean {
  reserved ??= new Set(RESERVED_NAMES.flatMap(skeletonsOf).map(bareLetters))
  return looks.some((look) => reserved?.has(bareLetters(look)))
}
