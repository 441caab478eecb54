/** Stores when each member's read cursor moved, so that the time at which a message was read does not change later. */
import type { MessageId, UserId } from '../../protocol'
import type { MemberRow } from './schema'

/** One move of a read cursor: its message, its time (ms since 1970) and the seq of the room. */
export interface ReadStep {
  to: MessageId
  at: number
  seq: number
}

/** Steps in the member's own row, which each move writes anyway, and the number that move to a row of their own. */
const IN_ROW = 64
const MOVED = 48

/** Each step as three differences from the one before it: a dozen characters. */
function format(steps: readonly ReadStep[]): string {
  let before: ReadStep = { to: 0, at: 0, seq: 0 }
  const differences = steps.flatMap((step) => {
    const { to, at, seq } = before
    before = step
    return [step.to - to, step.at - at, step.seq - seq]
  })
  return JSON.stringify(differences)
}

function parse(text: string): ReadStep[] {
  const differences = JSON.parse(text) as number[]
  const steps: ReadStep[] = []
  let step: ReadStep = { to: 0, at: 0, seq: 0 }
  for (let index = 0; index + 2 < differences.length; index += 3) {
    const [to = 0, at = 0, seq = 0] = differences.slice(index, index + 3)
    step = { to: step.to + to, at: step.at + at, seq: step.seq + seq }
    steps.push(step)
  }
  return steps
}

export class ReadStepStore {
  readonly #sql: SqlStorage
  /** By row. Each change makes a new row object. */
  readonly #parsed = new WeakMap<MemberRow, ReadStep[]>()
  /** The older steps that were read last for each member: the messages of a page need neighbouring steps. */
  readonly #older = new Map<UserId, { above: MessageId; steps: ReadStep[] }>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The newest steps of a member, oldest first. */
  newest(row: MemberRow): readonly ReadStep[] {
    let steps = this.#parsed.get(row)
    if (!steps) {
      steps = parse(row.read_steps)
      // A row of an earlier release has its last step only.
      if (steps.length === 0 && row.read_seq > 0) steps = [{ to: row.read_to, at: row.read_at, seq: row.read_seq }]
      this.#parsed.set(row, steps)
    }
    return steps
  }

  /** The steps of a member's row and one more. Steps that no longer fit move to a row of their own. */
  with(row: MemberRow, step: ReadStep): string {
    const steps = [...this.newest(row), step]
    if (steps.length <= IN_ROW) return format(steps)
    const moved = steps.splice(0, MOVED)
    this.#sql.exec(
      'INSERT OR REPLACE INTO read_steps (user_id, read_to, steps) VALUES (?, ?, ?)',
      row.user_id,
      (moved.at(-1) as ReadStep).to,
      format(moved),
    )
    this.#older.delete(row.user_id)
    return format(steps)
  }

  /** The steps of a member's row, those after the seq `since` with new seqs. */
  restamped(row: MemberRow, since: number, next: () => number): string {
    return format(this.newest(row).map((step) => (step.seq > since ? { ...step, seq: next() } : step)))
  }

  /** When the read cursor of a reader reached or passed a message. */
  timeOf(row: MemberRow, message: MessageId): number {
    const steps = this.newest(row)
    const [first] = steps
    if (!first) return row.read_at
    // The first step in the row may be the one that passed the message, or an older one may be.
    const found = message > first.to ? steps : (this.#olderWith(row.user_id, message) ?? steps)
    return (found.find(({ to }) => to >= message) ?? first).at
  }

  /** Deletes a member's steps when they join again: they belong to one membership. */
  forget(user: UserId): void {
    this.#older.delete(user)
    this.#sql.exec('DELETE FROM read_steps WHERE user_id = ?', user)
  }

  clear(): void {
    this.#older.clear()
    this.#sql.exec('DELETE FROM read_steps')
  }

  #olderWith(user: UserId, message: MessageId): ReadStep[] | undefined {
    const known = this.#older.get(user)
    if (known && message > known.above && message <= (known.steps.at(-1)?.to ?? 0)) return known.steps
    const [row] = this.#sql
      .exec<{ steps: string; above: number | null }>(
        `SELECT steps, (SELECT max(read_to) FROM read_steps WHERE user_id = ?1 AND read_to < ?2) AS above
         FROM read_steps WHERE user_id = ?1 AND read_to >= ?2 ORDER BY read_to LIMIT 1`,
        user,
        message,
      )
      .toArray()
    if (!row) return undefined
    const steps = parse(row.steps)
    this.#older.set(user, { above: row.above ?? 0, steps })
    return steps
  }
}
