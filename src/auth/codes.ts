/** One-time codes: drawn, hashed for storage, compared. */
import { randomInt } from 'node:crypto'
import type { CodePurpose } from '../protocol'
import { isMac, mac, type Secrets } from './keys'

const DIGITS = 6

/**
 * What a code is good for. It is bound to the password that the account had when it was sent: once that is another, the
 * code fits nothing. Null where nobody has the address.
 */
export interface CodeFor {
  purpose: CodePurpose
  address: string
  passwordHash: string | null
}

/** A new code: six digits, every one of the million as likely as any other. */
export const newCode = (): string => String(randomInt(10 ** DIGITS)).padStart(DIGITS, '0')

const bound = (code: string, { address, passwordHash }: CodeFor) => [address, passwordHash ?? '', code].join('\n')

/**
 * The form in which a code is stored. Keyed: whoever reads the table, but has not the secret, would try all million codes
 * in a second if it were a plain digest.
 */
export const codeHash = (secret: string, code: string, of: CodeFor): string =>
  mac(secret, `${of.purpose} code`, bound(code, of))

/** Whether this is the code that was stored, in a time that does not tell how much of it was right. */
export const isCode = (secrets: Secrets, code: string, of: CodeFor, hash: string): boolean =>
  isMac(secrets, `${of.purpose} code`, bound(code, of), hash)
