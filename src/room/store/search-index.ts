/** The search index of this room: the folded texts as trigrams. */
import { fold } from '../../protocol'

/** Two characters that no text contains. They let the last characters of a text begin trigrams too. */
const END = '\u0001\u0001'

/** Characters and messages that one step of a rebuild indexes: some milliseconds of work. */
const STEP = { length: 200_000, messages: 1_000 }

/** A short word in more trigrams than this is so frequent that reading messages backwards finds it sooner. */
const MOST_TERMS = 300

/** A text is in the index unless a rebuild has not reached its message yet. */
export class SearchIndex {
  readonly #sql: SqlStorage
  /** Undefined until it is first read. */
  #from: number | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Messages with a lower id are not in the index; 0 when all are. */
  get indexedFrom(): number {
    this.#from ??= this.#sql.exec<{ below: number }>('SELECT below FROM search_rebuild').toArray()[0]?.below ?? 0
    return this.#from
  }

  add(id: number, content: string): void {
    if (id < this.indexedFrom) return
    this.#sql.exec('INSERT INTO search_folded (rowid, content) VALUES (?, ?)', id, fold(content) + END)
  }

  /** Removes a text. The index stores no copy of it, so the caller passes it. */
  remove(id: number, content: string): void {
    if (id < this.indexedFrom) return
    this.#sql.exec(
      `INSERT INTO search_folded (search_folded, rowid, content) VALUES ('delete', ?, ?)`,
      id,
      fold(content) + END,
    )
  }

  clear(): void {
    this.#sql.exec(`INSERT INTO search_folded (search_folded) VALUES ('delete-all')`)
    this.#rebuilt()
  }

  /** Indexes the next part of the older messages, the newest of them first. */
  rebuildStep(): void {
    if (this.indexedFrom === 0) return
    const rows = this.#sql.exec<{ id: number; content: string | null }>(
      'SELECT id, content FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?',
      this.indexedFrom,
      STEP.messages,
    )
    let length = 0
    // All are read before the first write: a cursor must not be open on a table that changes.
    for (const { id, content } of rows.toArray()) {
      this.#from = id
      if (content !== null) this.add(id, content)
      length += content?.length ?? 0
      if (length >= STEP.length) break
    }
    const isDone =
      this.#sql.exec('SELECT 1 FROM messages WHERE id < ? LIMIT 1', this.indexedFrom).toArray().length === 0
    if (isDone) this.#rebuilt()
    else this.#sql.exec('UPDATE search_rebuild SET below = ?', this.indexedFrom)
  }

  /**
   * An FTS5 query for folded words that finds every text with them, and more; null where reading backwards is sooner, empty
   * when nothing can match.
   */
  queryFor(words: string): string | null {
    if (words === '') return null
    const letters = [...words]
    if (letters.length >= 3) {
      const trigrams = letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''))
      return [...new Set(trigrams)].map(quoted).join(' AND ')
    }
    const terms = this.#sql
      .exec<{ term: string }>(
        'SELECT term FROM search_folded_terms WHERE term >= ? AND term < ? LIMIT ?',
        words,
        `${words}\u{10ffff}`,
        MOST_TERMS + 1,
      )
      .toArray()
    return terms.length > MOST_TERMS ? null : terms.map(({ term }) => quoted(term)).join(' OR ')
  }

  #rebuilt(): void {
    if (this.indexedFrom === 0) return
    this.#from = 0
    this.#sql.exec('DELETE FROM search_rebuild')
    // The index of earlier releases, which is not used any more.
    this.#sql.exec(`INSERT INTO search (search) VALUES ('delete-all')`)
  }
}

/** The trigram as a string of an FTS5 query. */
export const quoted = (trigram: string): string => `"${trigram.replaceAll('"', '""')}"`
