/** The operator's private key in a file: made once, read by the commands that export and restore rooms. */
import fs from 'node:fs'
import path from 'node:path'
import { Trouble } from './steps.mjs'
import { workerModule } from './worker-module.mjs'
import { ROOT } from './wrangler.mjs'

/** Where the key is unless a command is told otherwise. Git ignores it. */
export const OPERATOR_KEY_FILE = path.join(ROOT, 'operator-key.json')

/**
 * Makes a pair and keeps the private half in `file`, readable by its owner only.
 * @returns the public half, as `OPERATOR_PUBLIC_KEY` has it
 * @throws {Trouble} when there is such a file: what was exported for it must still be readable
 */
export async function newOperatorKey(file: string): Promise<string> {
  const { newOperatorKey: make } = await workerModule('src/auth/operator.ts')
  const { privateKey, publicKey } = await make()
  try {
    fs.writeFileSync(file, `${JSON.stringify(privateKey)}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Trouble(`There is a key in ${file} already.`, 'Move it away first, or name another file with --key.')
  }
  return publicKey
}

/** @throws {Trouble} when there is no key in `file` */
export function readOperatorKey(file: string): object {
  if (!fs.existsSync(file)) {
    throw new Trouble(
      `There is no operator's key in ${file}.`,
      'npm run admin -- operator-key makes one and says where its public half goes. --key names another file.',
    )
  }
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as object
  } catch {
    throw new Trouble(`${file} is no key.`, 'It must be what npm run admin -- operator-key wrote.')
  }
}
