/** Makes dist/web, the files that the Worker serves beside the API. Wrangler runs it before every start and deploy. */
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

fs.rmSync(at('dist/web'), { recursive: true, force: true })
fs.cpSync(at('src/web'), at('dist/web'), { recursive: true })
