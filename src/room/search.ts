/** Finding text in this room's messages, by any part of it, in any script. */
import type { Has, UserId } from '../protocol'
import type { MessageRow } from './schema'

type Row = MessageRow & Record<string, SqlStorageValue>

/**
 * What is looked for: `words` anywhere in the text, whatever their case, or no words, which every message has; ids and
 * times are exclusive bounds.
 */
export interface Sought {
  words: string
  /** Only messages with this in them. */
  has?: Has | undefined
  /** Only messages by this person. */
  from?: UserId | undefined
  before?: number | undefined
  after?: number | undefined
  /** Milliseconds since 1970. */
  sentBefore?: number | undefined
  sentAfter?: number | undefined
  limit: number
}

/** Two characters that no text has, so that its last characters begin trigrams too. */
const END = '\u0001\u0001'

/** What links begin with; its middle, being three characters, is found in the index. */
const LINK = /\bhttps?:\/\/\S/i
const IN_LINKS = '://'

/** As SQLite must see it to use the index of them. */
const HAVING = {
  image: 'messages.image IS NOT NULL',
  file: 'messages.file IS NOT NULL',
  link: 'messages.content IS NOT NULL',
} as const satisfies Record<Has, string>

/** Above this many trigrams a short word is so common that reading messages backwards finds it sooner. */
const MOST_TERMS = 300

/** Rows read at a time while verifying. */
const CHUNK = 200

export class Search {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add(id: number, content: string): void {
    this.#sql.exec('INSERT INTO search (rowid, content) VALUES (?, ?)', id, content + END)
  }

  /** The index keeps no copy of the text, so it has to be told what to forget. */
  remove(id: number, content: string): void {
    this.#sql.exec(`INSERT INTO search (search, rowid, content) VALUES ('delete', ?, ?)`, id, content + END)
  }

  clear(): void {
    this.#sql.exec(`INSERT INTO search (search) VALUES ('delete-all')`)
  }

  /** Newest first. */
  find(sought: Sought): MessageRow[] {
    const words = fold(sought.words)
    const query = this.#query(words, sought.has)
    if (query === '') return []
    const found: MessageRow[] = []
    let below = sought.before ?? Number.MAX_SAFE_INTEGER
    for (;;) {
      const rows = query === null ? this.#backwards(below, sought) : this.#matching(query, below, sought)
      for (const row of rows) {
        if (isSought(row, words, sought.has)) found.push(row)
        if (found.length === sought.limit) return found
      }
      if (rows.length < CHUNK) return found
      below = (rows.at(-1) as MessageRow).id
    }
  }

  /** An FTS5 query that finds at least what is sought; null for reading backwards, empty when nothing can match. */
  #query(words: string, has: Has | undefined): string | null {
    const texts = this.#queryOf(words)
    if (has !== 'link' || texts === '') return texts
    return texts === null ? quoted(IN_LINKS) : `(${texts}) AND ${quoted(IN_LINKS)}`
  }

  #queryOf(words: string): string | null {
    if (words === '') return null
    const letters = [...words]
    if (letters.length >= 3) {
      const trigrams = letters.slice(2).map((_, place) => letters.slice(place, place + 3).join(''))
      return [...new Set(trigrams)].map(quoted).join(' AND ')
    }
    const terms = this.#sql
      .exec<{ term: string }>(
        'SELECT term FROM search_terms WHERE term >= ? AND term < ? LIMIT ?',
        words,
        `${words}\u{10ffff}`,
        MOST_TERMS + 1,
      )
      .toArray()
    return terms.length > MOST_TERMS ? null : terms.map(({ term }) => quoted(term)).join(' OR ')
  }

  #matching(query: string, below: number, sought: Sought): MessageRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT messages.* FROM search JOIN messages ON messages.id = search.rowid
         WHERE search MATCH ?1 AND search.rowid < ?2 AND ${filterOf(sought)} ORDER BY search.rowid DESC LIMIT ${CHUNK}`,
        query,
        below,
        ...filters(sought),
      )
      .toArray()
  }

  #backwards(below: number, sought: Sought): MessageRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT messages.* FROM messages WHERE ?1 IS NULL AND id < ?2 AND ${filterOf(sought)}
         ORDER BY id DESC LIMIT ${CHUNK}`,
        null,
        below,
        ...filters(sought),
      )
      .toArray()
  }
}

const FILTER = `messages.deleted_at IS NULL AND messages.id > ?3 AND (?4 IS NULL OR messages.sender_id = ?4)
  AND messages.created_at < ?5 AND messages.created_at > ?6`

const filterOf = ({ has }: Sought): string => (has ? `${HAVING[has]} AND ${FILTER}` : FILTER)

const filters = ({ from, after, sentBefore, sentAfter }: Sought): SqlStorageValue[] => [
  after ?? 0,
  from ?? null,
  sentBefore ?? Number.MAX_SAFE_INTEGER,
  sentAfter ?? 0,
]

/** The index and the filters let more through than what is sought. */
function isSought({ content }: MessageRow, words: string, has: Has | undefined): boolean {
  const text = content ?? ''
  return (words === '' || fold(text).includes(words)) && (has !== 'link' || LINK.test(text))
}

const quoted = (trigram: string): string => `"${trigram.replaceAll('"', '""')}"`

const fold = (text: string): string => text.toLowerCase()

/** The part of a text around the first place where `words` stand, for a list of results. */
export function snippet(text: string, words: string, around = 60): string {
  const at = Math.max(0, fold(text).indexOf(fold(words)))
  const start = Math.max(0, at - around)
  const end = Math.min(text.length, at + words.length + around)
  const cut = text.slice(start, end).toWellFormed()
  return `${start > 0 ? '…' : ''}${cut}${end < text.length ? '…' : ''}`
}
