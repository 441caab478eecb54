/** The file format of a room's backup: one JSON object per line, written and read as a stream (docs/operations.md). */
import * as z from 'zod'
import { oneOrMany } from './forms'
import { Id, type UserId } from './ids'
import { LIMITS } from './limits'
import { Timestamp } from './users'

/** The version that is written. Files of other versions are refused. */
export const BACKUP_VERSION = 2
export const BACKUP_TYPE = 'application/x-ndjson'

/** The tables whose rows belong to a message. In a backup they follow it. */
export const TABLES_OF_MESSAGE = ['versions', 'reactions'] as const

/**
 * The tables of a room in the file, in order: members first, because the other tables refer to them. Blocks are not in the
 * file: they belong to the directory, which reports them to a restored room.
 */
export const BackupTable = z.enum([
  'members',
  'read_steps',
  'bans',
  'links',
  'system_lines',
  'messages',
  ...TABLES_OF_MESSAGE,
])
export type BackupTable = z.infer<typeof BackupTable>

/** A reference to a stored image or file by its number in this file. */
export const ObjectReference = z.object({ object: z.int().min(0) })

const Value = z.union([z.string(), z.number(), z.null(), ObjectReference])
const Row = z.record(z.string().regex(/^[a-z_]{1,40}$/), Value)
/** One row of a table, with an `ObjectReference` in place of each storage key. */
export type BackupRow = z.infer<typeof Row>

/** The `mentions` column of a message: for each mention the id, the start, the length, and the username if the text spells it differently. */
export const BackupMentions = z.array(z.tuple([Id, z.int().min(0), z.int().min(1)]).rest(z.string()))

/** The first line. `seq` is the number of the room's newest change. */
export const BackupHeader = z.object({
  type: z.literal('room'),
  version: z.int(),
  exported_at: Timestamp,
  seq: z
    .int()
    .min(0)
    .max(2 ** 40),
  room: Row,
})
export type BackupHeader = z.infer<typeof BackupHeader>

/** Announces a stored object. Its `data` lines follow, then `stored`, and only then rows that refer to it. */
export const BackupObject = z.object({
  type: z.literal('object'),
  object: z.int().min(0),
  kind: z.enum(['image', 'file']),
  /** The id of the user who uploaded it. */
  owner: Id,
  name: z.string().max(1_000),
})
export type BackupObject = z.infer<typeof BackupObject>

const TableRow = z.object({ type: z.literal('row'), table: BackupTable, row: Row })
const Data = z.object({ type: z.literal('data'), base64: z.string() })
const Stored = z.object({ type: z.literal('stored'), object: z.int(), size: z.int(), sha256: z.string() })
const End = z.object({
  type: z.literal('end'),
  /** The number of lines before this one, including seals. */
  lines: z.int(),
  counts: z.record(z.string(), z.int()),
})

/** Every kind of line except seals. A seal ends each part of the file, and the file itself (`src/backup/seal.ts`). */
export const BackupLine = z.discriminatedUnion('type', [BackupHeader, TableRow, BackupObject, Data, Stored, End])
export type BackupLine = z.infer<typeof BackupLine>

/** `12=34`: user 12 of the file is user 34 of this deployment. */
const Mapping = z
  .string()
  .regex(/^[1-9]\d{0,15}=[1-9]\d{0,15}$/, 'Two ids, like 12=34.')
  .transform((text) => text.split('=').map(Number) as [UserId, UserId])

/** Names a backup that is sent in parts. The client chooses it, for example the digest of the file. */
export const TransferName = z.string().regex(/^[\w-]{22,64}$/, 'A name of 22 to 64 letters, digits, "-" or "_".')

/** `?map=12=34&map=56=78`: the users of this deployment for ids of the file that it does not know. */
export const RestoreQuery = z.object({
  map: oneOrMany(z.array(Mapping).max(LIMITS.members).default([])),
  /** The name under which the parts were sent; without it the body is the backup. */
  transfer: TransferName.optional(),
})

/** `?parts=1` asks for the first part of a backup, `?from=` for the one that the last line of a part names. */
export const ExportQuery = z.object({ parts: z.literal('1').optional(), from: z.string().max(20_000).optional() })

/** The last line of each part of a backup but the last part. It is no line of the file. */
export const BackupContinues = z.object({ type: z.literal('continues'), from: z.string() })

/** The parts of a backup that were sent for a restore. */
export const RestoreParts = z.array(z.object({ part: z.int(), bytes: z.int() })).meta({ id: 'RestoreParts' })

/** The result of a restore. */
export const RestoredRoom = z
  .object({
    room_id: z.int(),
    messages: z.int(),
    members: z.int(),
    objects: z.int(),
    /** The number of people in the file without a user here. They are shown as "deleted user". */
    unknown_people: z.int(),
  })
  .meta({ id: 'RestoredRoom' })
export type RestoredRoom = z.infer<typeof RestoredRoom>
