/** The contract, asked of a fresh server; or of any other, by `npm run test:contract -- --url http://host:port`. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe } from 'vitest'
import { closeListeners } from '../contract/listener.ts'
import { aimAt } from '../contract/target.ts'
import { startServer } from './server.ts'

const { CONTRACT_URL, CONTRACT_STAFF } = process.env

beforeAll(async () => {
  if (CONTRACT_URL) {
    const [identifier = '', password = ''] = CONTRACT_STAFF?.split(/:(.*)/s) ?? []
    return aimAt(CONTRACT_URL, identifier ? { identifier, password } : undefined)
  }
  // Everybody here has one address, and the limits that keep floods out count by it.
  const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
  aimAt(server.url)
})

afterEach(closeListeners)

// Every area there is: one that is added cannot be forgotten here.
const areas = fileURLToPath(new URL('../contract/areas', import.meta.url))
for (const file of fs.readdirSync(areas)) describe(path.parse(file).name, () => import(path.join(areas, file)))
