/** `npm run release`: makes dist/parlour-<version>.tgz, the package of the SDK, as `npm publish` would send it. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './wrangler.mjs'

const folder = path.join(ROOT, 'dist')
fs.mkdirSync(folder, { recursive: true })
execFileSync('npm', ['pack', '--pack-destination', folder], { cwd: ROOT, stdio: 'inherit' })
