/** Counts bytes on disk by table, in SQLite under the product's own migrations: what a row costs with its indexes. */
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { ROOT } from '../../../scripts/wrangler.mjs'
import { Random } from '../../harness/random.ts'
import { sentence } from '../../server/sentences.ts'

/** Bytes of one row of each table, its indexes with it. */
export interface DirectoryFootprint {
  user: number
  session: number
  membership: number
  friendship: number
  room: number
  presence: number
}

/** Bytes of one message. */
export interface MessageFootprint {
  /** Its row, without indexes. */
  row: number
  /** The index of its client_id, by which a repeat is known. */
  repeat: number
  /** Its share of the search index. */
  search: number
  /** Of the text alone. */
  text: number
  /** In a segment of many, as JSON lines, compressed. */
  segment: number
}

/** Messages of one compressed segment. */
export const SEGMENT = 1_000

function blank(database: string): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  const folder = path.join(ROOT, 'migrations', database)
  const steps = fs.readdirSync(folder).filter((name) => /^\d{4}_.*\.sql$/.test(name))
  for (const file of steps.sort()) db.exec(fs.readFileSync(path.join(folder, file), 'utf8'))
  return db
}

/** Bytes of the pages of one table or index. */
function pagesOf(db: DatabaseSync, name: string): number {
  return (db.prepare('SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = ?').get(name) as { bytes: number }).bytes
}

/** Bytes of a table with its indexes, or with the tables that a virtual one keeps its contents in. */
function bytesOf(db: DatabaseSync, table: string): number {
  const row = db
    .prepare(
      `SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN
       (SELECT name FROM sqlite_schema WHERE tbl_name = ?1 OR tbl_name LIKE ?1 || '\\_%' ESCAPE '\\')`,
    )
    .get(table) as { bytes: number }
  return row.bytes
}

/** @param count rows of each table; page edges wear off above some ten thousand */
export function directoryFootprint(count: number, seed: number): DirectoryFootprint {
  const db = blank('directory')
  db.exec('PRAGMA foreign_keys = OFF')
  const random = new Random(seed)
  // As the product draws them: 52 bits, the highest set, in no order.
  const ids = Array.from(
    { length: count },
    () => random.between(0, 2 ** 19 - 1) * 2 ** 32 + random.between(0, 2 ** 32 - 1) + 2 ** 51,
  )
  const id = () => random.pick(ids)
  const text = (length: number) => Array.from({ length }, () => 'abcdefghijklmnop'[random.between(0, 15)]).join('')
  const now = Date.UTC(2026, 0, 1)
  const user = db.prepare(
    `INSERT INTO users (id, username, username_key, email, email_verified_at, password_hash, first_name, last_name, bio,
       first_name_key, last_name_key, picture, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const session = db.prepare(
    `INSERT INTO sessions (id, user_id, refresh_hash, rotated_at, user_agent, created_at, last_used_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const membership = db.prepare(`INSERT OR IGNORE INTO memberships (room_id, user_id, role) VALUES (?, ?, 'member')`)
  const friendship = db.prepare('INSERT OR IGNORE INTO friendships (low, high, since) VALUES (?, ?, ?)')
  const room = db.prepare(
    'INSERT INTO rooms (id, is_group, name, name_key, member_count, created_at, version) VALUES (?, 1, ?, ?, 8, ?, 40)',
  )
  const presence = db.prepare('INSERT OR IGNORE INTO presence (user_id, online, last_seen) VALUES (?, 0, ?)')
  db.exec('BEGIN')
  for (const each of new Set(ids)) {
    const [name, first, last] = [text(10), text(6), text(8)]
    const hash = `scrypt$16384$8$5$${text(22)}$${text(43)}`
    const picture = random.between(0, 1) ? `images/${text(32)}` : null
    user.run(
      each,
      name,
      name,
      `${name}@example.com`,
      now,
      hash,
      first,
      last,
      text(random.between(0, 60)),
      first,
      last,
      picture,
      now,
    )
    session.run(random.between(1, 2 ** 48), each, text(43), now, `Mozilla/5.0 ${text(80)}`, now, now, now)
    membership.run(id(), each)
    const other = id()
    if (other !== each) friendship.run(Math.min(each, other), Math.max(each, other), now)
    room.run(each, name, name, now)
    presence.run(each, now)
  }
  db.exec('COMMIT')
  const of = (table: string) => {
    const { rows } = db.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number }
    return bytesOf(db, table) / rows
  }
  try {
    return {
      user: of('users'),
      session: of('sessions'),
      membership: of('memberships'),
      friendship: of('friendships'),
      room: of('rooms'),
      presence: of('presence'),
    }
  } finally {
    db.close()
  }
}

/** Of messages such as the benchmark's rooms are filled with. */
export function messageFootprint(count: number): MessageFootprint {
  const db = blank('room')
  const add = db.prepare('INSERT INTO messages (id, sender_id, client_id, content, created_at) VALUES (?, ?, ?, ?, ?)')
  const searchable = db.prepare('INSERT INTO search (rowid, content) VALUES (?, ?)')
  const sender = 2 ** 51 + 12_345
  let text = 0
  let segment = ''
  let compressed = 0
  db.exec('BEGIN')
  for (let n = 0; n < count; n++) {
    const content = sentence(n)
    const clientId = crypto.randomUUID()
    const at = Date.UTC(2026, 0, 1) + n * 1_000
    add.run(n + 1, sender + (n % 10), clientId, content, at)
    searchable.run(n + 1, `${content}\u0001\u0001`)
    text += Buffer.byteLength(content)
    segment += `${JSON.stringify({ id: n + 1, sender_id: sender + (n % 10), client_id: clientId, content, created_at: at })}\n`
    if ((n + 1) % SEGMENT === 0) {
      compressed += gzipSync(segment).length
      segment = ''
    }
  }
  db.exec('COMMIT')
  // What is merged on the way is merged here at once; a room's own n has a part of it still to do.
  db.exec(`INSERT INTO search (search) VALUES ('optimize')`)
  const [row, repeat, search] = [pagesOf(db, 'messages'), pagesOf(db, 'messages_client'), bytesOf(db, 'search')]
  db.close()
  return {
    row: row / count,
    repeat: repeat / count,
    search: search / count,
    text: text / count,
    segment: compressed / (Math.floor(count / SEGMENT) * SEGMENT),
  }
}
