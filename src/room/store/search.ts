/** Finding text in this room's messages, by any part of it, in any script. */
import { columnsOf } from '../../actor/store/columns'
import { findRanges, fold, type Has, type MessageId, type UserId } from '../../protocol'
import { type MessageRow, messages } from './schema'
import { quoted, SearchIndex } from './search-index'

const COLUMNS = columnsOf(messages)

/**
 * What is looked for: `words` anywhere in the text, whatever their case, or no words, which every message has; ids and
 * times are exclusive bounds.
 */
export interface SearchQuery {
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
  /** Rows to be read at most, where that is less than any search may. */
  maxRead?: number | undefined
}

/** What links begin with; its middle, being three characters, is found in the index. */
const LINK = /\bhttps?:\/\/\S/i
const IN_LINKS = '://'

/** As SQLite must see it to use the index of them. */
const HAS_CONDITIONS = {
  image: 'messages.image IS NOT NULL',
  file: 'messages.file IS NOT NULL',
  link: 'messages.content IS NOT NULL',
} as const satisfies Record<Has, string>

/** Messages looked at in one statement. */
const CHUNK = 500

/**
 * What one search may read, in rows as the platform counts them: some ten milliseconds of the room's time, in which nobody
 * else is served. What lies beyond is read when the search is gone on with.
 */
const MOST_READ = 20_000

/** What was found, newest first. */
export interface SearchResult {
  rows: MessageRow[]
  /** Everything from this message on has been looked at; null when that is everything there is. */
  searchedFrom: MessageId | null
  /** Rows read. */
  read: number
}

/** Messages between two ids, both exclusive, and by what they are found: null by reading all of them. */
interface IdRange {
  query: string | null
  above: number
  below: number
}

export class MessageSearch {
  readonly index: SearchIndex
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.index = new SearchIndex(sql)
  }

  /** Newest first, as far as `MOST_READ` goes. Messages that are not in the index yet are read one by one. */
  find(sought: SearchQuery): SearchResult {
    const words = fold(sought.words)
    const reader = new CandidateReader(this.#sql)
    const rows: MessageRow[] = []
    // Something was asked for of which nothing can be seen.
    const stretches = words === '' && sought.words !== '' ? [] : this.#stretches(words, sought, reader)
    for (const { query, above, below: start } of stretches) {
      for (let below = start; below > above + 1; ) {
        const ids = query === null ? reader.backwards(below, above, sought.has) : reader.matching(query, below, above)
        for (const row of reader.rows(ids)) {
          if (!matches(row, words, sought)) continue
          rows.push(row)
          if (rows.length === sought.limit) return { rows, searchedFrom: row.id, read: reader.read }
        }
        if (ids.length < CHUNK) break
        below = ids.at(-1) as number
        if (reader.read > Math.min(sought.maxRead ?? MOST_READ, MOST_READ))
          return { rows, searchedFrom: below, read: reader.read }
      }
    }
    return { rows, searchedFrom: null, read: reader.read }
  }

  /** What is to be read, newest first. Times ascend with ids, so that bounds of time are bounds of ids. */
  #stretches(words: string, sought: SearchQuery, reader: CandidateReader): IdRange[] {
    const { before = Number.MAX_SAFE_INTEGER, after = 0, sentBefore, sentAfter, has } = sought
    const below = Math.min(before, sentBefore === undefined ? before : reader.firstFrom(sentBefore))
    const above = Math.max(after, sentAfter === undefined ? 0 : reader.firstFrom(sentAfter + 1) - 1)
    const { indexedFrom: from } = this.index
    const query = this.#query(words, has)
    const indexed = { query, above: Math.max(above, from - 1), below }
    const unindexed = { query: null, above, below: Math.min(below, from) }
    return query === '' ? [unindexed] : [indexed, unindexed]
  }

  /** An FTS5 query that finds at least what is sought; null for reading backwards, empty when nothing can match. */
  #query(words: string, has: Has | undefined): string | null {
    const texts = this.index.queryFor(words)
    if (has !== 'link' || texts === '') return texts
    return texts === null ? quoted(IN_LINKS) : `(${texts}) AND ${quoted(IN_LINKS)}`
  }
}

/** Reads candidates, a bounded number in each statement, and counts what that takes. */
class CandidateReader {
  read = 0
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  matching(query: string, below: number, above: number): MessageId[] {
    return this.#ids(
      `SELECT rowid AS id FROM search_folded WHERE search_folded MATCH ?1 AND rowid < ?2 AND rowid > ?3
       ORDER BY rowid DESC LIMIT ${CHUNK}`,
      query,
      below,
      above,
    )
  }

  backwards(below: number, above: number, has: Has | undefined): MessageId[] {
    return this.#ids(
      `SELECT id FROM messages WHERE ${has ? `${HAS_CONDITIONS[has]} AND` : ''} id < ?1 AND id > ?2 ORDER BY id DESC LIMIT ${CHUNK}`,
      below,
      above,
    )
  }

  /** These messages, newest first. */
  rows(ids: MessageId[]): MessageRow[] {
    return this.#all('FROM messages WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC', JSON.stringify(ids))
  }

  /** The id of the first message that was sent at `time` (ms since 1970) or later: found by halving, not by reading on. */
  firstFrom(time: number): MessageId {
    let [low, high] = [0, this.#all('FROM messages ORDER BY id DESC LIMIT 1')[0]?.id ?? 0]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [next] = this.#all('FROM messages WHERE id > ?1 ORDER BY id LIMIT 1', middle)
      if (!next || next.created_at >= time) high = middle
      else low = next.id
    }
    return high + 1
  }

  #ids(query: string, ...values: SqlStorageValue[]): MessageId[] {
    const cursor = this.#sql.exec<{ id: number }>(query, ...values)
    const ids = cursor.toArray().map(({ id }) => id)
    this.read += cursor.rowsRead
    return ids
  }

  #all(from: string, ...values: SqlStorageValue[]): MessageRow[] {
    const cursor = COLUMNS.cursor(this.#sql, from, ...values)
    const rows = cursor.toArray() as unknown as MessageRow[]
    this.read += cursor.rowsRead
    return rows
  }
}

/** The index lets more through than what is sought. */
function matches(row: MessageRow, words: string, { from, has }: SearchQuery): boolean {
  if (row.deleted_at !== null || (from !== undefined && row.sender_id !== from)) return false
  if ((has === 'image' && row.image === null) || (has === 'file' && row.file === null)) return false
  const text = row.content ?? ''
  return (words === '' || fold(text).includes(words)) && (has !== 'link' || LINK.test(text))
}

/** Characters of a text on either side of what was found. */
const AROUND = 60

/** Half of a pair, and marks and joiners, belong to what stands before them. */
const CUT_OFF = /^[\udc00-\udfff\p{M}\u200d]{1,20}/u

/** The part of a text around the first place where `words` stand, for a list of results. */
export function snippet(text: string, words: string): string {
  const [found = { start: 0, length: 0 }] = findRanges(text, words, 1)
  const whole = (index: number) => index + (CUT_OFF.exec(text.slice(index, index + 20))?.[0].length ?? 0)
  const start = found.start > AROUND ? Math.min(found.start, whole(found.start - AROUND)) : 0
  const end = whole(Math.min(text.length, found.start + found.length + AROUND))
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
