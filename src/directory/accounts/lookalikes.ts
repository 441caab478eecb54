/** Usernames that look alike, by UTS 39: two names with the same skeleton are confusable. */

import { caseless, ERASED_NAME } from '../../protocol'

import { CONFUSABLES } from './confusables'

let prototypes: Map<string, string> | undefined

/** Each confusable character with its prototype. Parsed when the first name is checked. */
function readPrototypes(): Map<string, string> {
  const pairs = CONFUSABLES.split(' ').map((entry): [string, string] => {
    const [from = '', ...to] = entry
    return [from, to.join('')]
  })
  return new Map(pairs)
}

/** The skeleton (UTS 39, section 4) of a name in its compatibility decomposition, without ignorable characters. */
function skeleton(name: string): string {
  prototypes ??= readPrototypes()
  const known = prototypes
  return [...name.normalize('NFKD').replace(/\p{Default_Ignorable_Code_Point}/gu, '')]
    .map((character) => known.get(character) ?? character)
    .join('')
    .normalize('NFD')
}

/**
 * The skeletons of a name: as it is written, in capitals and in small letters, because usernames ignore case. `ΜΙΚΕ`
 * looks like `mike` in capitals, `paypaI` like `paypal` as it is.
 */
export const skeletonsOf = (username: string): string[] => [
  ...new Set([username, username.toLowerCase(), username.toUpperCase()].map((form) => caseless(skeleton(form)))),
]

/** Names that would speak for all members, for the service or for erased accounts. */
const RESERVED_NAMES = ['everyone', 'all', 'here', 'system', 'support', 'parlour', ERASED_NAME]

/** A skeleton without separators and accents: `sys.tem` and `sýstem` are still `system`. */
const bareLetters = (look: string): string => look.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '')

let reserved: Set<string> | undefined

/** Whether a name with these skeletons is reserved. */
export function isReserved(looks: string[]): boolean {
  reserved ??= new Set(RESERVED_NAMES.flatMap(skeletonsOf).map(bareLetters))
  return looks.some((look) => reserved?.has(bareLetters(look)))
}
