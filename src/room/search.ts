/** Finding text in this room's messages, by any part of it, in any script. */
import { fold, type Has, stretchesOf, type UserId } from '../protocol'
import type { MessageRow } from './schema'
import { quoted, SearchIndex } from './search-index'

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

/** What links begin with; its middle, being three characters, is found in the index. */
const LINK = /\bhttps?:\/\/\S/i
const IN_LINKS = '://'

/** As SQLite must see it to use the index of them. */
const HAVING = {
  image: 'messages.image IS NOT NULL',
  file: 'messages.file IS NOT NULL',
  link: 'messages.content IS NOT NULL',
} as const satisfies Record<Has, string>

/** Rows read at a time while verifying. */
const CHUNK = 200

export class Search {
  readonly index: SearchIndex
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.index = new SearchIndex(sql)
  }

  /**
   * Newest first. Messages that are not in the index yet are read, with pauses in which others are served: what is
   * deleted or edited meanwhile is not among them.
   */
  async find(sought: Sought): Promise<MessageRow[]> {
    const words = fold(sought.words)
    // Something was asked for of which nothing can be seen.
    if (words === '' && sought.words !== '') return []
    const { from } = this.index
    const found = this.#indexed(words, { ...sought, after: Math.max(sought.after ?? 0, from - 1) })
    if (from === 0 || found.length === sought.limit) return found
    for (let below = Math.min(sought.before ?? from, from); ; ) {
      const rows = this.#backwards(below, sought)
      for (const row of rows) {
        if (isSought(row, words, sought.has)) found.push(row)
        if (found.length === sought.limit) break
      }
      if (rows.length < CHUNK || found.length === sought.limit) return this.#asTheyAreNow(found, words, sought.has)
      below = (rows.at(-1) as MessageRow).id
      await scheduler.wait(0)
    }
  }

  #indexed(words: string, sought: Sought): MessageRow[] {
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

  #asTheyAreNow(found: MessageRow[], words: string, has: Has | undefined): MessageRow[] {
    return found
      .flatMap(({ id }) =>
        this.#sql.exec<Row>('SELECT * FROM messages WHERE id = ? AND deleted_at IS NULL', id).toArray(),
      )
      .filter((row) => isSought(row, words, has))
  }

  /** An FTS5 query that finds at least what is sought; null for reading backwards, empty when nothing can match. */
  #query(words: string, has: Has | undefined): string | null {
    const texts = this.index.queryFor(words)
    if (has !== 'link' || texts === '') return texts
    return texts === null ? quoted(IN_LINKS) : `(${texts}) AND ${quoted(IN_LINKS)}`
  }

  #matching(query: string, below: number, sought: Sought): MessageRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT messages.* FROM search_folded JOIN messages ON messages.id = search_folded.rowid
         WHERE search_folded MATCH ?1 AND search_folded.rowid < ?2 AND ${filterOf(sought)}
         ORDER BY search_folded.rowid DESC LIMIT ${CHUNK}`,
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

/** Characters of a text on either side of what was found. */
const AROUND = 60

/** Half of a pair, and marks and joiners, belong to what stands before them. */
const CUT_OFF = /^[\udc00-\udfff\p{M}\u200d]{1,20}/u

/** The part of a text around the first place where `words` stand, for a list of results. */
export function snippet(text: string, words: string): string {
  const [found = { start: 0, length: 0 }] = stretchesOf(text, words, 1)
  const whole = (index: number) => index + (CUT_OFF.exec(text.slice(index, index + 20))?.[0].length ?? 0)
  const start = found.start > AROUND ? Math.min(found.start, whole(found.start - AROUND)) : 0
  const end = whole(Math.min(text.length, found.start + found.length + AROUND))
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
