/** One-time codes: drawn, hashed for storage, compared. */
import { randomBytes, randomInt } from 'node:crypto'
import type { CodeKind } from '../protocol'
import { isMac, mac, type Secrets } from './keys'

const DIGITS = 6

/**
 * What a code is good for. It is bound to the account or registration it was sent for, to the attempt that asked, and to
 * the password at that moment: once that is another, the code fits nothing. Nulls where nobody has the address.
 */
export interface CodeFor {
  kind: CodeKind
  address: string
  attempt: string
  /** An account's id, or a registration's, which no account has. */
  owner: number | null
  passwordHash: string | null
}

/** A new code: six digits, every one of the million as likely as any other. */
export const newCode = (): string => String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')

const bound = (code: string, { address, attempt, owner, passwordHash }: CodeFor) =>
  [address, attempt, owner ?? '', passwordHash ?? '', code].join('\n')

/**
 * The form in which a code is stored. Keyed: whoever reads the table, but has not the secret, would try all million codes
 * in a second if it were a plain digest.
 */
export const codeHash = (secret: string, code: string, of: CodeFor): string =>
  mac(secret, `${of.kind} code`, bound(code, of))

/** Whether this is the code that was stored, in a time that does not tell how much of it was right. */
export const isCode = (secrets: Secrets, code: string, of: CodeFor, hash: string): boolean =>
  isMac(secrets, `${of.kind} code`, bound(code, of), hash)

/** Crockford's base 32: no letter that is taken for a digit. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 125 bits, which nobody guesses: such a code needs no count of tries, and so nobody can use its tries up. */
const GROUPS = 5
const GROUP = 5

/** A long code, in groups as it is shown. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(GROUPS * GROUP)].map((byte) => LETTERS[byte % LETTERS.length])
  return Array.from({ length: GROUPS }, (_, n) => letters.slice(n * GROUP, (n + 1) * GROUP).join('')).join('-')
}
