/** The trials of security by their ids: what each shows stands at the head of its file. */
import { s3 } from './s3-upgrades.ts'
import { s9 } from './s9-tokens.ts'
import { s10 } from './s10-codes.ts'
import type { Trial } from './trial.ts'

export const SECURITY: Record<string, Trial<Record<string, number>>> = {
  S3: s3 as never,
  S9: s9 as never,
  S10: s10 as never,
}
