/** One-time codes: generated, hashed for storage, compared. */
import { randomBytes, randomInt } from 'node:crypto'
import type { CodeKind } from '../protocol'
import { isMac, mac, type Secrets } from './keys'

const DIGITS = 6

/**
 * The binding of a code: the account or registration it was sent for, the attempt that requested it, and the password
 * at that moment. A code is void once any of them has changed. The nullable fields are null when no account has the
 * address.
 */
export interface CodeFor {
  kind: CodeKind
  address: string
  attempt: string
  /** The id of an account or of a registration. The two never share an id. */
  owner: number | null
  passwordHash: string | null
}

/** A new code of six digits. All million codes are equally likely. */
export const newCode = (): string => String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')

const bound = (code: string, { address, attempt, owner, passwordHash }: CodeFor) =>
  [address, attempt, owner ?? '', passwordHash ?? '', code].join('\n')

/**
 * The stored form of a code. It is keyed, because a plain digest of six digits could be reversed in a second by trying
 * all million codes.
 */
export const codeHash = (secret: string, code: string, of: CodeFor): string =>
  mac(secret, `${of.kind} code`, bound(code, of))

/** Whether this is the stored code. Runs in constant time. */
export const isCode = (secrets: Secrets, code: string, of: CodeFor, hash: string): boolean =>
  isMac(secrets, `${of.kind} code`, bound(code, of), hash)

/** Crockford's base 32: no letter looks like a digit. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 125 bits cannot be guessed, so a long code needs no count of attempts that strangers could use up. */
const GROUPS = 5
const GROUP = 5

/** A long code, in groups of letters as people read it. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(GROUPS * GROUP)].map((byte) => LETTERS[byte % LETTERS.length])
  return Array.from({ length: GROUPS }, (_, n) => letters.slice(n * GROUP, (n + 1) * GROUP).join('')).join('-')
}
