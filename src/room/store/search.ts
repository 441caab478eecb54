/** Finds text in this room's messages, by any part of it, in any script. */
import { columnsOf } from '../../actor/store/columns'
import { findRanges, fold, type Has, type MessageId, type UserId } from '../../protocol'
import { type MessageRow, messages } from './schema'
import { quoted, SearchIndex } from './search-index'

const COLUMNS = columnsOf(messages)

/**
 * `words` match anywhere in the text, in any case; without words every message matches. Ids and times are exclusive bounds.
 */
export interface SearchQuery {
  words: string
  /** Only messages with an attachment or link of this kind. */
  has?: Has | undefined
  /** Only messages of this sender. */
  from?: UserId | undefined
  before?: number | undefined
  after?: number | undefined
  /** Milliseconds since 1970. */
  sentBefore?: number | undefined
  sentAfter?: number | undefined
  limit: number
  /** The most rows to read, if fewer than `MOST_READ`. */
  maxRead?: number | undefined
}

/** The beginning of a link. Its three middle characters are a trigram of the index. */
const LINK = /\bhttps?:\/\/\S/i
const IN_LINKS = '://'

/** In the exact form of the partial indexes, so that SQLite uses these. */
const HAS_CONDITIONS = {
  image: 'messages.image IS NOT NULL',
  file: 'messages.file IS NOT NULL',
  link: 'messages.content IS NOT NULL',
} as const satisfies Record<Has, string>

/** Messages read in one statement. */
const CHUNK = 500

/**
 * The most rows that one search reads, as the platform counts them: some ten milliseconds during which the room serves nothing
 * else. The next page of the search reads on from there.
 */
const MOST_READ = 20_000

/** The matches, newest first. */
export interface SearchResult {
  rows: MessageRow[]
  /** Everything from this message on has been searched; null when the search is complete. */
  searchedFrom: MessageId | null
  /** Rows read. */
  read: number
}

/** Messages between two exclusive ids, and the FTS5 query that finds them; null reads all of them. */
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

  /** Newest first, up to `MOST_READ` rows. Messages that are not in the index yet are read one by one. */
  find(search: SearchQuery): SearchResult {
    const words = fold(search.words)
    const reader = new CandidateReader(this.#sql)
    const rows: MessageRow[] = []
    // Words without a visible character match nothing.
    const stretches = words === '' && search.words !== '' ? [] : this.#stretches(words, search, reader)
    for (const { query, above, below: start } of stretches) {
      for (let below = start; below > above + 1; ) {
        const ids = query === null ? reader.backwards(below, above, search.has) : reader.matching(query, below, above)
        for (const row of reader.rows(ids)) {
          if (!matches(row, words, search)) continue
          rows.push(row)
          if (rows.length === search.limit) return { rows, searchedFrom: row.id, read: reader.read }
        }
        if (ids.length < CHUNK) break
        below = ids.at(-1) as number
        if (reader.read > Math.min(search.maxRead ?? MOST_READ, MOST_READ))
          return { rows, searchedFrom: below, read: reader.read }
      }
    }
    return { rows, searchedFrom: null, read: reader.read }
  }

  /** The ranges to read, newest first. Times ascend with ids, so bounds of time are bounds of ids. */
  #stretches(words: string, search: SearchQuery, reader: CandidateReader): IdRange[] {
    const { before = Number.MAX_SAFE_INTEGER, after = 0, sentBefore, sentAfter, has } = search
    const below = Math.min(before, sentBefore === undefined ? before : reader.firstFrom(sentBefore))
    const above = Math.max(after, sentAfter === undefined ? 0 : reader.firstFrom(sentAfter + 1) - 1)
    const { indexedFrom: from } = this.index
    const query = this.#query(words, has)
    const indexed = { query, above: Math.max(above, from - 1), below }
    const unindexed = { query: null, above, below: Math.min(below, from) }
    return query === '' ? [unindexed] : [indexed, unindexed]
  }

  /** An FTS5 query that finds every match and more; null for reading backwards, empty when nothing can match. */
  #query(words: string, has: Has | undefined): string | null {
    const texts = this.index.queryFor(words)
    if (has !== 'link' || texts === '') return texts
    return texts === null ? quoted(IN_LINKS) : `(${texts}) AND ${quoted(IN_LINKS)}`
  }
}

/** Reads candidates, a bounded number in each statement, and counts the rows that were read. */
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

  /** The id of the first message that was sent at `time` (ms since 1970) or later, by binary search. */
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

/** The index finds more than the matches. */
function matches(row: MessageRow, words: string, { from, has }: SearchQuery): boolean {
  if (row.deleted_at !== null || (from !== undefined && row.sender_id !== from)) return false
  if ((has === 'image' && row.image === null) || (has === 'file' && row.file === null)) return false
  const text = row.content ?? ''
  return (words === '' || fold(text).includes(words)) && (has !== 'link' || LINK.test(text))
}

/** Characters of the text on either side of a match. */
const AROUND = 60

/** Half a surrogate pair, combining marks and joiners belong to the character before them. */
const CUT_OFF = /^[\udc00-\udfff\p{M}\u200d]{1,20}/u

/** The part of a text around the first match of `words`, for a list of results. */
export function snippet(text: string, words: string): string {
  const [found = { start: 0, length: 0 }] = findRanges(text, words, 1)
  const whole = (index: number) => index + (CUT_OFF.exec(text.slice(index, index + 20))?.[0].length ?? 0)
  const start = found.start > AROUND ? Math.min(found.start, whole(found.start - AROUND)) : 0
  const end = whole(Math.min(text.length, found.start + found.length + AROUND))
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`
}
