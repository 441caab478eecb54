/** P11: the weight of the SDK. */
import fs from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildClient, OUTPUT } from '../../../scripts/build-client.mjs'
import { atMost, type Measured, type Row } from '../row.ts'

const KILOBYTE = 1_024

export const p11: Row = {
  title: 'the SDK, as it comes over the wire',
  async run(): Promise<Measured> {
    await buildClient()
    const weight = gzipSync(fs.readFileSync(path.join(OUTPUT, 'client.js')), { level: 9 }).length / KILOBYTE
    return {
      readings: [{ subject: 'parlour/client', what: 'gzip', unit: 'KB', rounds: [weight] }],
      targets: [atMost('gzip', weight, 12, ' KB')],
    }
  },
}
