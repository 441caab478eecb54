/** The trials of security by their ids: what each shows stands at the head of its file. */

import type { Trial } from '../harness/trial.ts'
import { s3 } from './security/s3-upgrades.ts'
import { s7 } from './security/s7-enumeration.ts'
import { s9 } from './security/s9-tokens.ts'
import { s10 } from './security/s10-codes.ts'
import { s11 } from './security/s11-limits.ts'
import { s13 } from './security/s13-headers.ts'
import { testFiles } from './test-files.ts'
import { s6 } from './uploads/s6-uploads.ts'

const BROWSER = ['--config', 'test/browser/vitest.config.ts']

export const SECURITY: Record<string, Trial<Record<string, number>>> = {
  S1: testFiles('who gets which answer from which route', '--project', 'workers', 'test/security/matrix.test.ts'),
  S2: testFiles('frames that claim what is not theirs', '--project', 'workers', 'test/security/frames.test.ts'),
  S3: s3 as never,
  S5: testFiles('words that never leave their room', '--project', 'workers', 'test/security/canary.test.ts'),
  S6: s6 as never,
  S7: s7 as never,
  S9: s9 as never,
  S10: s10 as never,
  S11: s11 as never,
  S12: testFiles('strings that hope to be run', ...BROWSER, 'test/browser/injection.test.ts'),
  S13: s13 as never,
  S16: testFiles('an erased person, looked for in all stores', '--project', 'workers', 'test/security/erased.test.ts'),
}
