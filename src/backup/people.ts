/** Maps the people of a backup to accounts of this deployment. */
import { type AccountMatch, accountsByIds } from '../directory/people/people'
import { BackupMentions, type BackupRow, type BackupTable, ERASED_NAME, fullName, Id, type UserId } from '../protocol'
import { invalidBackup } from './lines'

/** Columns with the id of a member, a former member or a banned person. */
const COLUMNS: Partial<Record<BackupTable, string[]>> = {
  members: ['user_id'],
  read_steps: ['user_id'],
  messages: ['sender_id'],
  reactions: ['user_id'],
  bans: ['user_id', 'banned_by'],
  links: ['created_by'],
  system_lines: ['user_id', 'by_id'],
}

/** Tables whose people were all members; the others also name banned people. */
const SPEAKING: BackupTable[] = ['messages', 'reactions']

/** A room has at most 1,000 members, and keeps the row of every former member. */
const MOST = 100_000

/** Pairs of an id in the file and an account's id here. */
export type PeopleMap = readonly (readonly [there: UserId, here: UserId])[]

export class People {
  readonly #rows: BackupRow[] = []
  readonly #known = new Set<UserId>()
  readonly #map: PeopleMap
  #matched: Map<UserId, AccountMatch> | undefined

  constructor(map: PeopleMap) {
    this.#map = map
  }

  /** Member rows come before all other rows. @throws {ChatError} `invalid` */
  add(row: BackupRow): void {
    const { user_id, username } = row
    if (!Id.safeParse(user_id).success || typeof username !== 'string')
      throw invalidBackup('A member without id or name.')
    if (this.#matched) throw invalidBackup('Members come before everything else.')
    this.#known.add(Id.parse(user_id))
    if (this.#rows.push(row) > MOST) throw invalidBackup('These are more people than a room can have had.')
  }

  /** Finds their accounts. @returns the member rows of the restored room @throws {ChatError} `invalid` */
  async resolve(db: D1Database, now: number): Promise<BackupRow[]> {
    this.#matched = await this.#match(db)
    return this.#rows.map((row) => {
      const match = this.#matched?.get(row.user_id as number)
      if (!match) return { ...row, ...NOBODY, left_at: row.left_at ?? now }
      const { id: user_id, username, picture, version: person_version } = match
      return { ...row, user_id, username, full_name: fullName(match), picture, person_version, subscription: 'none' }
    })
  }

  /**
   * By id, or by the map for an id that this deployment never gave out. So the map cannot assign the messages of one account
   * of this deployment, or of an erased one, to another.
   */
  async #match(db: D1Database): Promise<Map<UserId, AccountMatch>> {
    const accounts = await accountsByIds(db, [...this.#known, ...this.#map.flat()])
    const matched = new Map<UserId, AccountMatch>()
    for (const id of this.#known) {
      const account = accounts.get(id)
      if (account?.erased_at === null) matched.set(id, account)
    }
    const taken = new Set(matched.keys())
    for (const [there, here] of this.#map) {
      const account = accounts.get(here)
      if (!this.#known.has(there)) throw invalidBackup(`map: nobody in the file is ${there}.`)
      if (accounts.has(there)) throw invalidBackup(`map: ${there} is somebody here, and stays who they are.`)
      if (account?.erased_at !== null) throw invalidBackup(`map: nobody here is ${here}.`)
      if (taken.has(here) || matched.has(there)) throw invalidBackup(`map: ${there} and ${here} are named twice.`)
      matched.set(there, account)
      taken.add(here)
    }
    return matched
  }

  get isResolved(): boolean {
    return this.#matched !== undefined
  }

  /** How many of them have no account here. */
  get unknown(): number {
    return this.#rows.length - (this.#matched?.size ?? 0)
  }

  /** All ids, as they are here. */
  ids(): UserId[] {
    return this.#rows.map((row) => this.idOf(row.user_id as number))
  }

  /** The id here. A person without an account keeps their id, so that their messages keep one sender. */
  idOf(id: UserId): UserId {
    return this.#matched?.get(id)?.id ?? id
  }

  /** The row with the ids of this deployment. */
  renamed(table: BackupTable, row: BackupRow): BackupRow {
    const changed = { ...row }
    for (const column of COLUMNS[table] ?? []) {
      // Such a row is about the room itself, or has no actor.
      if (table === 'system_lines' && row[column] === null) continue
      const id = Id.safeParse(row[column])
      const isNobody = !id.success || (SPEAKING.includes(table) && !this.#known.has(id.data))
      if (isNobody) throw invalidBackup(`${table}.${column} names nobody who was in the room.`)
      changed[column] = this.idOf(id.data)
    }
    if (typeof row.mentions === 'string') changed.mentions = this.#mentioned(row.mentions)
    return changed
  }

  /** Maps the ids at the beginning of a message's mentions. */
  #mentioned(json: string): string {
    try {
      const mentions = BackupMentions.parse(JSON.parse(json))
      return JSON.stringify(mentions.map(([id, ...where]) => [this.idOf(id), ...where]))
    } catch {
      throw invalidBackup('messages.mentions is not what was written.')
    }
  }
}

const NOBODY = { username: ERASED_NAME, full_name: ERASED_NAME, picture: null, subscription: 'none' }
