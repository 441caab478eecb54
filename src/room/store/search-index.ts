/** The index that this room's texts are searched by: their folds, in trigrams. */
import { fold } from '../../protocol'

/** Two characters that no text has, so that its last characters begin trigrams too. */
const END = '\u0001\u0001'

/** Characters and messages put into the index at a time while it is rebuilt: some milliseconds of work. */
const STEP = { length: 200_000, messages: 1_000 }

/** Above this many trigrams a short word is so common that reading messages backwards finds it sooner. */
const MOST_TERMS = 300

/** A message's text is in the index unless the message is older than what has been rebuilt so far. */
export class SearchIndex {
  readonly #sql: SqlStorage
  /** Undefined until it is first read: an object that was never a room does not need it. */
  #from: number | undefined

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Messages with a lower id are not in it; 0 when all are. */
  get indexedFrom(): number {
    this.#from ??= this.#sql.exec<{ below: number }>('SELECT below FROM search_rebuild').toArray()[0]?.below ?? 0
    return this.#from
  }

  add(id: number, content: string): void {
    if (id < this.indexedFrom) return
    this.#sql.exec('INSERT INTO search_folded (rowid, content) VALUES (?, ?)', id, fold(content) + END)
  }

  /** The index keeps no copy of the text, so it has to be told what to forget. */
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

  /** Puts some more of the older messages into the index, the newest of them first. */
  rebuildStep(): void {
    if (this.indexedFrom === 0) return
    const rows = this.#sql.exec<{ id: number; content: string | null }>(
      'SELECT id, content FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?',
      this.indexedFrom,
      STEP.messages,
    )
    let length = 0
    // All of them are read before the first is written: a cursor must not be open on what changes.
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
   * An FTS5 query for folded words that finds at least what has them; null where reading backwards is sooner, empty
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
    // The index of earlier versions, which is asked no more.
    this.#sql.exec(`INSERT INTO search (search) VALUES ('delete-all')`)
  }
}

/** As a string of an FTS5 query. */
export const quoted = (trigram: string): string => `"${trigram.replaceAll('"', '""')}"`
