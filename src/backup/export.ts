/** Writes a room as a backup, page by page: memory never contains the whole room or a whole file. */
import { createHash } from 'node:crypto'
import { BOUNDS } from '../config'
import type { Attachment } from '../media/upload-id'
import { ownerOf } from '../media/urls'
import { BACKUP_VERSION, type BackupLine, type BackupRow, type RoomId } from '../protocol'
import type { ArchivePage, ArchivePoint } from '../room/usecases/archive'
import { SealChain, sealLine } from './seal'

/** The sources of the room's rows and objects. */
export interface BackupSource {
  page(from: ArchivePoint | null): Promise<ArchivePage | null>
  media: R2Bucket
}

/** Columns that are not exported: pictures belong to their people, and subscriptions to the present lists. */
const PERSONAL = { members: ['picture', 'subscription'] } as Record<string, string[]>

/** The lines of a room's backup. `first` is its first page. */
async function* lines(room: RoomId, first: ArchivePage, source: BackupSource, now: number): AsyncGenerator<BackupLine> {
  const counts: Record<string, number> = {}
  let objects = 0
  const object = async function* (kind: 'image' | 'file', key: string, name: string) {
    const stored = await source.media.get(key)
    if (!stored) return null
    const number = objects++
    yield { type: 'object', object: number, kind, owner: ownerOf(key), name } satisfies BackupLine
    const hash = createHash('sha256')
    for await (const piece of pieces(stored.body)) {
      hash.update(piece)
      yield { type: 'data', base64: Buffer.from(piece).toString('base64') } satisfies BackupLine
    }
    yield { type: 'stored', object: number, size: stored.size, sha256: hash.digest('hex') } satisfies BackupLine
    return number
  }

  const header = first.room as unknown as BackupRow
  const picture = first.room?.picture ?? null
  const seq = first.next?.upTo ?? 0
  const has = picture !== null && (await source.media.head(picture)) !== null
  yield {
    type: 'room',
    version: BACKUP_VERSION,
    exported_at: new Date(now).toISOString(),
    seq,
    room: { ...header, id: room, picture: has ? { object: 0 } : null },
  }
  let pictureLeft = has
  for (let page: ArchivePage | null = first; page; page = page.next && (await source.page(page.next))) {
    for (const { table, row } of page.rows) {
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
  yield { type: 'end', lines: 0, counts: { ...counts, objects } }
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

/** A room's backup as a stream of bytes, sealed under `key`. */
export function exportRoom(
  room: RoomId,
  first: ArchivePage,
  source: BackupSource,
  key: Uint8Array,
  now: number,
): ReadableStream<Uint8Array> {
  const rest = lines(room, first, source, now)
  const chain = new SealChain(key)
  const encoder = new TextEncoder()
  let written = 0
  let unsealed = 0
  return new ReadableStream({
    type: 'bytes',
    async pull(controller) {
      const { value: line, done } = await rest.next()
      if (done || !line) return controller.close()
      const complete = line.type === 'end' ? { ...line, lines: written } : line
      const bytes = encoder.encode(`${JSON.stringify(complete)}\n`)
      chain.add(bytes)
      written += 1
      unsealed += bytes.length
      controller.enqueue(bytes)
      if (line.type !== 'end' && unsealed < BOUNDS.backupPart) return
      controller.enqueue(encoder.encode(`${sealLine(chain.seal())}\n`))
      written += 1
      unsealed = 0
    },
    async cancel() {
      await rest.return(undefined)
    },
  })
}
