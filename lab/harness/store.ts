/** Reads what a stopped server left on the disk. */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The file that holds the secret itself: it is the operator's, beside the data only in development. */
const SECRET = 'auth-secret'

/** Every file with its bytes. */
export function filesOf(store: string): { name: string; bytes: Buffer }[] {
  return fs
    .readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== SECRET)
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ name: path.relative(store, file), bytes: fs.readFileSync(file) }))
}

/** The tries that the directory counted at the code for verifying an address; undefined when it has none. */
export function triesAt(store: string, address: string): number | undefined {
  for (const { name } of filesOf(store)) {
    if (!name.endsWith('.sqlite')) continue
    const database = new DatabaseSync(path.join(store, name), { readOnly: true })
    try {
      const isDirectory = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'mailed_codes'").get()
      if (!isDirectory) continue
      const row = database
        .prepare("SELECT tries FROM mailed_codes WHERE kind = 'verify_email' AND address = ?")
        .get(address.toLowerCase())
      return row?.tries as number | undefined
    } finally {
      database.close()
    }
  }
  throw new Error(`No directory is stored in ${store}`)
}
