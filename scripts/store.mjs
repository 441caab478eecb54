/** Where a local server keeps its data, and how that is made ready. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { quietly, ROOT, wranglerCommand } from './wrangler.mjs'

/** Where `wrangler dev` keeps its data unless told otherwise. */
export const STATE = path.join(ROOT, '.wrangler', 'state')

/**
 * Brings the directory's database under `persistTo` up to date. Asking Wrangler costs two seconds, so a list of what it
 * has applied is kept beside the data and it is asked only when that differs.
 * @param {string} persistTo
 */
export async function migrateDirectory(persistTo) {
  const record = path.join(persistTo, 'directory-migrations')
  const wanted = fs.readdirSync(path.join(ROOT, 'migrations', 'directory')).filter((name) => name.endsWith('.sql'))
  const list = wanted.sort().join('\n')
  if (fs.existsSync(record) && fs.readFileSync(record, 'utf8') === list) return
  const args = ['d1', 'migrations', 'apply', 'DIRECTORY', '--local', '--persist-to', persistTo]
  // Without CI it would ask for a yes.
  await quietly('Bringing the database up to date', ...wranglerCommand(args), { CI: '1' })
  fs.writeFileSync(record, list)
}

/**
 * Fills `persistTo` with an empty, migrated store. It is made once and copied from then on.
 * @param {string} persistTo
 */
export async function blankStore(persistTo) {
  const folder = path.join(ROOT, 'migrations', 'directory')
  const hash = createHash('sha256')
  for (const name of fs.readdirSync(folder).sort()) {
    if (name.endsWith('.sql')) hash.update(name).update(fs.readFileSync(path.join(folder, name)))
  }
  const blank = path.join(ROOT, '.wrangler', 'blank', hash.digest('hex').slice(0, 16))
  if (!fs.existsSync(blank)) {
    fs.mkdirSync(path.dirname(blank), { recursive: true })
    // Several servers of one process may start at once, each with a folder of its own.
    const making = fs.mkdtempSync(`${blank}.`)
    await migrateDirectory(making)
    try {
      fs.renameSync(making, blank)
    } catch {
      // Another server was first; its copy is the same.
      fs.rmSync(making, { recursive: true, force: true })
    }
  }
  fs.cpSync(blank, persistTo, { recursive: true })
}
