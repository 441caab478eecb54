/** Writes a room as a backup, page by page: memory never contains the whole room or a whole file. */
import { createHash } from 'node:crypto'
import { BOUNDS } from '../config'
import type { Attachment } from '../media/upload-id'
import { ownerOf } from '../media/urls'
import { BACKUP_VERSION, type BackupLine, type BackupRow, type MessageId, type RoomId } from '../protocol'
import type { ArchivePage, ArchivePoint } from '../room/usecases/archive'
import { SealChain, sealLine } from './seal'

/** The sources of the room's rows and objects. */
export interface BackupSource {
  page(from: ArchivePoint | null): Promise<ArchivePage | null>
  media: R2Bucket
}

/** Columns that are not exported: pictures belong to their people, and subscriptions to the present lists. */
const PERSONAL = { members: ['picture', 'subscription'] } as Record<string, string[]>

/** The end of a part: the export goes on with the messages above this id. */
interface PartEnd {
  type: 'continues'
  after: MessageId
}

/**
 * The lines of a room's backup, from its first page or from where an export in parts is continued.
 * @param progress is kept up to date: rows by table, and objects
 * @param isFull whether a part is to end with the present message
 */
async function* lines(
  room: RoomId,
  begin: ArchivePage | ExportPoint,
  source: BackupSource,
  now: number,
  progress: { counts: Record<string, number>; objects: number },
  isFull: () => boolean,
): AsyncGenerator<BackupLine | PartEnd> {
  const { counts } = progress
  let after = 'counts' in begin ? begin.after : 0
  const first = 'counts' in begin ? null : begin
  const object = async function* (kind: 'image' | 'file', key: string, name: string) {
    const stored = await source.media.get(key)
    if (!stored) return null
    const number = progress.objects++
    yield { type: 'object', object: number, kind, owner: ownerOf(key), name } satisfies BackupLine
    const hash = createHash('sha256')
    for await (const piece of pieces(stored.body)) {
      hash.update(piece)
      yield { type: 'data', base64: Buffer.from(piece).toString('base64') } satisfies BackupLine
    }
    yield { type: 'stored', object: number, size: stored.size, sha256: hash.digest('hex') } satisfies BackupLine
    return number
  }

  const picture = first?.room?.picture ?? null
  const has = picture !== null && (await source.media.head(picture)) !== null
  if (first) {
    const header = first.room as unknown as BackupRow
    yield {
      type: 'room',
      version: BACKUP_VERSION,
      exported_at: new Date(now).toISOString(),
      seq: first.next?.upTo ?? 0,
      room: { ...header, id: room, picture: has ? { object: 0 } : null },
    }
  }
  let pictureLeft = has
  const { upTo } = 'counts' in begin ? begin : { upTo: 0 }
  let page = first ?? (await source.page({ after, upTo }))
  // A continued room may have been deleted meanwhile.
  if (!page) throw new Error('The room is gone')
  for (; page; page = page.next && (await source.page(page.next))) {
    for (const { table, row } of page.rows) {
      if (table === 'messages') {
        if (after > 0 && isFull()) {
          yield { type: 'continues', after }
          return
        }
        after = row.id as MessageId
      }
      const kept = { ...row }
      for (const column of PERSONAL[table] ?? []) delete kept[column]
      if (table === 'messages') {
        for (const column of ['image', 'file'] as const) {
          if (typeof row[column] !== 'string') continue
          const { key, name } = JSON.parse(row[column]) as Attachment
          const number: number | null = yield* object(column, key, name)
          kept[column] = number === null ? null : { object: number }
        }
      }
      counts[table] = (counts[table] ?? 0) + 1
      yield { type: 'row', table, row: kept } satisfies BackupLine
    }
    if (pictureLeft && picture !== null) {
      pictureLeft = false
      yield* object('image', picture, '')
    }
  }
  yield { type: 'end', lines: 0, counts: { ...counts, objects: progress.objects } }
}

/** Cuts a stream into equal pieces. */
async function* pieces(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0)
  for await (const chunk of body) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    while (held.length >= BOUNDS.backupPiece) {
      yield held.subarray(0, BOUNDS.backupPiece)
      held = held.subarray(BOUNDS.backupPiece)
    }
  }
  if (held.length > 0) yield held
}

/** Where an export in parts goes on, and what is known of the parts before. */
export interface ExportPoint extends ArchivePoint {
  room: RoomId
  counts: Record<string, number>
  objects: number
  /** Lines of the parts before, seals included. */
  lines: number
  /** The mac of the last seal. */
  seal: string
  /** When the export began, in milliseconds since 1970. */
  began: number
}

/** What an export is to write. */
export interface ExportOrder {
  room: RoomId
  /** The first page, or the point at which an export in parts goes on. */
  begin: ArchivePage | ExportPoint
  /** The bytes after which a part ends; undefined for a whole backup. */
  partBytes?: number | undefined
  /** The line that names the next part; the file does not have it. */
  continues(point: ExportPoint): string
}

/** A room's backup, or one part of it, as a stream of bytes, sealed under `key`. */
export function exportRoom(
  order: ExportOrder,
  source: BackupSource,
  key: Uint8Array,
  now: number,
): ReadableStream<Uint8Array> {
  const { room, begin, partBytes = Number.POSITIVE_INFINITY } = order
  const before =
    'counts' in begin ? begin : { counts: {}, objects: 0, lines: 0, seal: '', began: now, upTo: begin.next?.upTo ?? 0 }
  const progress = { counts: { ...before.counts }, objects: before.objects }
  let bytesWritten = 0
  const rest = lines(room, begin, source, now, progress, () => bytesWritten >= partBytes)
  const chain = new SealChain(key, before.seal)
  const encoder = new TextEncoder()
  let written = before.lines
  let unsealed = 0
  let seal = before.seal
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const enqueue = (text: string, isSealed = false) => {
        const bytes = encoder.encode(`${text}\n`)
        bytesWritten += bytes.length
        if (isSealed) {
          chain.add(bytes)
          unsealed += bytes.length
        }
        // Takes the memory of `bytes` away.
        controller.enqueue(bytes)
      }
      const sealPart = () => {
        seal = chain.seal()
        enqueue(sealLine(seal))
        written += 1
        unsealed = 0
      }
      const { value: line, done } = await rest.next()
      if (done || !line) return controller.close()
      if (line.type === 'continues') {
        if (unsealed > 0) sealPart()
        const { upTo, began } = before
        enqueue(order.continues({ room, ...progress, after: line.after, upTo, lines: written, seal, began }))
        return controller.close()
      }
      enqueue(JSON.stringify(line.type === 'end' ? { ...line, lines: written } : line), true)
      written += 1
      if (line.type === 'end' || unsealed >= BOUNDS.backupPart) sealPart()
    },
    async cancel() {
      await rest.return(undefined)
    },
  })
}
