/** Restores a room from a backup. Nothing of it is visible before its last line was verified; a failure leaves nothing. */
import { createHash } from 'node:crypto'
import { LIMITS } from '../config'
import { claimDirectRoom, roomExists } from '../directory/rooms/rooms'
import { fileName } from '../media/file-name'
import { checkImage } from '../media/inspect'
import { FILE_TYPE, putFile, putImage } from '../media/storage'
import type { Attachment } from '../media/upload-id'
import { newKey } from '../media/urls'
import {
  type BackupHeader,
  type BackupObject,
  type BackupRow,
  ChatError,
  Id,
  isRefused,
  newId,
  type Refused,
  type RestoredRoom,
  type RoomId,
  type UserId,
  unwrap,
} from '../protocol'
import type { RoomRow } from '../room/store/schema'
import type { ArchivedRow, RestoreStep } from '../room/usecases/archive'
import type { Reopened } from '../room/usecases/reopening'
import { BackupLines, invalidBackup } from './lines'
import { People, type PeopleMap } from './people'

/** The destinations of a restored room. */
export interface RestoreTarget {
  directory: D1Database
  media: R2Bucket
  /** The actor of a room; a new stub for each call, because the restored room is restarted. */
  room(id: RoomId): {
    restore(step: RestoreStep): Promise<Refused | null>
    reopen(): Promise<Reopened | Refused>
  }
  /** The uploads actor of a user. */
  uploads(owner: UserId): { expectRestored(key: string): Promise<void>; discard(keys: string[]): Promise<void> }
  /** Records the restore in the audit trail before it begins; a failure prevents it. */
  begun(of: RestoredFile): Promise<unknown>
}

/** What is recorded about a restore. */
export interface RestoredFile {
  /** The room's id in the file, and the one that it will have here. */
  room_in_file: RoomId
  room: RoomId
  exported_at: string
}

/** Characters of rows that are collected before they are sent to the room. */
const STAGED_AT_ONCE = 500_000
/** Attempts to reopen the restored room, and the pause between them in milliseconds. */
const WAKINGS = 20
const PAUSE = 100

export class Restore {
  readonly #lines: BackupLines
  readonly #target: RestoreTarget
  readonly #now: number
  readonly #people: People
  readonly #counts: Record<string, number> = {}
  /** Stored objects that no row has used yet, by their number. */
  readonly #objects = new Map<number, Attachment>()
  /** Keys of all stored objects, by owner. */
  readonly #stored = new Map<UserId, string[]>()
  #waiting: ArchivedRow[] = []
  #waitingSize = 0
  #room: RoomId = 0
  #isSameRoom = false
  /** Distinguishes this restore from others of the same room. */
  readonly #by = crypto.randomUUID()

  /** `keys`: see `BackupLines`. `map`: see `People`. */
  constructor(
    body: AsyncIterable<Uint8Array>,
    keys: readonly Uint8Array[],
    map: PeopleMap,
    target: RestoreTarget,
    now: number,
  ) {
    this.#lines = new BackupLines(body, keys)
    this.#people = new People(map)
    this.#target = target
    this.#now = now
  }

  /** @throws {ChatError} `invalid`, `too_large`, `unsupported_type`, `room_exists`, `unavailable`; nothing is left then */
  async run(): Promise<RestoredRoom> {
    try {
      return await this.#run()
    } catch (error) {
      await this.#undo()
      throw error
    }
  }

  async #run(): Promise<RestoredRoom> {
    const header = await this.#header()
    for (let line = await this.#lines.next(); line; line = await this.#lines.next()) {
      if (line.type === 'object') await this.#object(line)
      else if (line.type !== 'row')
        throw invalidBackup(`A line of type ${line.type} has no place here.`, this.#lines.count)
      else if (line.table === 'members') this.#people.add(line.row)
      else await this.#row(line)
    }
    await this.#resolvePeople()
    await this.#flush()
    const room = this.#roomRow(header)
    if (room.is_group === 0) await this.#claimPair()
    unwrap(await this.#target.room(this.#room).restore({ room, seq: header.seq, by: this.#by }))
    const reopened = await this.#reopen()
    const { objects = 0 } = this.#counts
    return { room_id: this.#room, ...reopened, objects, unknown_people: this.#people.unknown }
  }

  async #header(): Promise<BackupHeader> {
    const line = await this.#lines.next()
    if (line?.type !== 'room') throw invalidBackup('This is no backup of a room.', 1)
    const id = Id.safeParse(line.room.id)
    if (!id.success) throw invalidBackup('The room has no id.', 1)
    this.#isSameRoom = !(await roomExists(this.#target.directory, id.data))
    this.#room = this.#isSameRoom ? id.data : newId()
    const { exported_at } = line
    await this.#target.begun({ room_in_file: id.data, room: this.#room, exported_at })
    await this.#stageRows([], true)
    return line
  }

  async #row({ table, row }: ArchivedRow): Promise<void> {
    await this.#resolvePeople()
    this.#count(table)
    // A link's code contains the room's id, and leads nowhere from another room.
    if (table === 'links' && !this.#isSameRoom) return
    const shown = { ...this.#people.renamed(table, row) }
    for (const column of ['image', 'file']) {
      if (table === 'messages' && shown[column]) shown[column] = JSON.stringify(this.#attachment(shown[column], true))
    }
    await this.#stage({ table, row: shown })
  }

  async #stage(staged: ArchivedRow): Promise<void> {
    for (const [column, value] of Object.entries(staged.row)) {
      if (typeof value === 'object' && value !== null) throw invalidBackup(`${column} is no object.`, this.#lines.count)
    }
    this.#waiting.push(staged)
    this.#waitingSize += JSON.stringify(staged).length
    if (this.#waitingSize > STAGED_AT_ONCE) await this.#flush()
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting.splice(0)
    this.#waitingSize = 0
    await this.#stageRows(rows)
  }

  /** @param begins whether to drop rows that another restore of this room staged */
  async #stageRows(rows: ArchivedRow[], begins = false): Promise<void> {
    const step = { stage: rows, by: this.#by, ...(begins ? { begins } : {}) } as const
    unwrap(await this.#target.room(this.#room).restore(step))
  }

  async #resolvePeople(): Promise<void> {
    if (this.#people.isResolved) return
    const rows = await this.#people.resolve(this.#target.directory, this.#now)
    const members = rows.filter((row) => row.left_at === null).length
    if (members > LIMITS.members) throw new ChatError('room_full')
    // Without a member nobody may read the room.
    if (members === 0) throw invalidBackup('None of its members is here. Say by map who they are.')
    for (const row of rows) {
      this.#count('members')
      await this.#stage({ table: 'members', row })
    }
  }

  /** Stores one object under a new key, after the same checks as an upload. */
  async #object({ object, kind, owner: uploader, name: given }: BackupObject): Promise<void> {
    await this.#resolvePeople()
    const owner = this.#people.idOf(uploader)
    const key = newKey(owner)
    await this.#target.uploads(owner).expectRestored(key)
    this.#stored.set(owner, [...(this.#stored.get(owner) ?? []), key])
    const attachment =
      kind === 'image' ? await this.#image(key, object) : await this.#file(key, object, fileName(given))
    this.#count('objects')
    this.#objects.set(object, attachment)
  }

  async #image(key: string, object: number): Promise<Attachment> {
    const parts: Uint8Array[] = []
    for await (const piece of this.#data(object, LIMITS.imageBytes)) parts.push(piece)
    const image = checkImage(new Uint8Array(Buffer.concat(parts)))
    await putImage(this.#target.media, key, image)
    const { type, width, height } = image
    return { key, name: '', type, size: image.data.size, width, height }
  }

  async #file(key: string, object: number, name: string): Promise<Attachment> {
    const size = await putFile(this.#target.media, key, name, this.#data(object, LIMITS.fileBytes))
    return { key, name, type: FILE_TYPE, size, width: null, height: null }
  }

  /** The bytes of an object; its last line has their size and digest. */
  async *#data(object: number, most: number): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let size = 0
    for (;;) {
      const line = await this.#lines.next()
      if (line?.type === 'data') {
        const piece = Buffer.from(line.base64, 'base64')
        size += piece.length
        if (size > most) throw new ChatError('too_large', { detail: `Object ${object} is larger than uploads may be.` })
        hash.update(piece)
        yield piece
        continue
      }
      if (line?.type !== 'stored' || line.object !== object) {
        throw invalidBackup(`Object ${object} is not whole.`, this.#lines.count)
      }
      if (line.size !== size || line.sha256 !== hash.digest('hex')) {
        throw invalidBackup(`Object ${object} is not what was written.`, this.#lines.count)
      }
      return
    }
  }

  /** The attachment of a reference. A used one is removed: no two messages show one object. */
  #attachment(reference: BackupRow[string] | undefined, isUsedUp: boolean): Attachment {
    const number = typeof reference === 'object' && reference ? reference.object : -1
    const attachment = this.#objects.get(number)
    if (!attachment) throw invalidBackup('It shows an object that does not come before it.', this.#lines.count)
    if (isUsedUp) this.#objects.delete(number)
    return attachment
  }

  #roomRow({ room, seq }: BackupHeader): RoomRow {
    const { is_group, name, description, picture, created_at } = room
    const isGroup = is_group === 0 || is_group === 1
    if (!isGroup || typeof name !== 'string' || typeof description !== 'string' || typeof created_at !== 'number') {
      throw invalidBackup('The room is not described.', 1)
    }
    const key = picture ? this.#attachment(picture, true).key : null
    if (name.length > LIMITS.roomNameLength || description.length > LIMITS.descriptionLength) {
      throw invalidBackup('The name or the description of the room is too long.', 1)
    }
    return { id: this.#room, is_group, name, description, picture: key, created_at, changed_seq: seq, deleted_at: null }
  }

  /** Claims the only direct room of two people. */
  async #claimPair(): Promise<void> {
    const pair = this.#people.ids()
    const [one, other] = pair
    if (pair.length !== 2 || one === undefined || other === undefined) {
      throw invalidBackup('A direct room has two people.')
    }
    if (this.#people.unknown === 2) throw invalidBackup('Neither of the two people of this direct room is here.')
    if (!(await claimDirectRoom(this.#target.directory, one, other, this.#room))) throw new ChatError('room_exists')
  }

  /** Reopens the room, which reads its new rows once the instance that wrote them has ended. */
  async #reopen(): Promise<Reopened> {
    for (let left = WAKINGS; ; left--) {
      try {
        const answer = await this.#target.room(this.#room).reopen()
        if (!isRefused(answer) || answer.refused !== 'unavailable' || left === 0) return unwrap(answer)
      } catch (error) {
        if (left === 0 || error instanceof ChatError) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }

  /** Removes everything again. A call that fails is made up for by the alarm of the room or of the uploads. */
  async #undo(): Promise<void> {
    if (this.#room === 0) return
    const told = [...this.#stored].map(([owner, keys]) => this.#target.uploads(owner).discard(keys))
    await Promise.allSettled([this.#target.room(this.#room).restore({ unstage: true, by: this.#by }), ...told])
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1
  }
}
