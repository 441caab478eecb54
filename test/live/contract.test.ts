/** The contract, asked of a fresh server; or of any other, by `npm run test:contract -- --url http://host:port`. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe } from 'vitest'
import { closeListeners } from '../contract/listener.ts'
import { aimAt } from '../contract/target.ts'
import { startServer } from './server.ts'

/** The operator's command, which makes the first staff account. */
const ADMIN = fileURLToPath(new URL('../../scripts/admin.ts', import.meta.url))

const { CONTRACT_URL, CONTRACT_STAFF } = process.env

beforeAll(async () => {
  if (CONTRACT_URL) {
    const [identifier = '', password = ''] = CONTRACT_STAFF?.split(/:(.*)/s) ?? []
    return aimAt(CONTRACT_URL, identifier ? { identifier, password } : undefined)
  }
  // Everybody here has one address, and the limits that keep floods out count by it.
  const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
  const staff = { identifier: 'warden', password: randomBytes(12).toString('hex') }
  const made = ['--username', staff.identifier, '--password', staff.password, '--staff', '--url', server.url]
  await promisify(execFile)(process.execPath, [ADMIN, 'create', 'warden@example.com', ...made])
  aimAt(server.url, staff)
})

afterEach(closeListeners)

// Every area there is: one that is added cannot be forgotten here.
const areas = fileURLToPath(new URL('../contract/areas', import.meta.url))
for (const file of fs.readdirSync(areas)) describe(path.parse(file).name, () => import(path.join(areas, file)))
