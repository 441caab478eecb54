/** A room in a file: one JSON object per line, written and read as a stream. docs/operations.md tells it in words. */
import * as z from 'zod'
import { oneOrMany } from './forms'
import { Id, type UserId } from './ids'
import { LIMITS } from './limits'
import { Timestamp } from './users'

/** The version that is written, and the only one that is read. */
export const BACKUP_VERSION = 2
export const BACKUP_TYPE = 'application/x-ndjson'

/**
 * The room's tables that are kept, in the order of the file: people first, because all else names them. Blocks are the
 * directory's, which tells a restored room of those that stand.
 */
export const BackupTable = z.enum([
  'members',
  'read_steps',
  'bans',
  'links',
  'system_lines',
  'messages',
  'versions',
  'reactions',
])
export type BackupTable = z.infer<typeof BackupTable>

/** A stored image or file, by its number in this file. */
export const ObjectReference = z.object({ object: z.int().min(0) })

const Value = z.union([z.string(), z.number(), z.null(), ObjectReference])
const Row = z.record(z.string().regex(/^[a-z_]{1,40}$/), Value)
/** One row as its table has it; in place of a storage key, the object's number. */
export type BackupRow = z.infer<typeof Row>

/** A message's `mentions` as its row has them: for each the id, the start, the length, and the username if it is not what stands there. */
export const BackupMentions = z.array(z.tuple([Id, z.int().min(0), z.int().min(1)]).rest(z.string()))

/** The first line. `seq` is the place of the room's newest event. */
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

/** Announces a stored object: `data` lines follow, then `stored`; only then come rows that show it. */
export const BackupObject = z.object({
  type: z.literal('object'),
  object: z.int().min(0),
  kind: z.enum(['image', 'file']),
  /** Who uploaded it. */
  owner: Id,
  name: z.string().max(1_000),
})
export type BackupObject = z.infer<typeof BackupObject>

const TableRow = z.object({ type: z.literal('row'), table: BackupTable, row: Row })
const Data = z.object({ type: z.literal('data'), base64: z.string() })
const Stored = z.object({ type: z.literal('stored'), object: z.int(), size: z.int(), sha256: z.string() })
const End = z.object({
  type: z.literal('end'),
  /** Lines before this one, seals included. */
  lines: z.int(),
  counts: z.record(z.string(), z.int()),
})

/** Every line but the seals, which end a part of the file each (`src/backup/seal.ts`); the last line is one. */
export const BackupLine = z.discriminatedUnion('type', [BackupHeader, TableRow, BackupObject, Data, Stored, End])
export type BackupLine = z.infer<typeof BackupLine>

/** `12=34`: whoever the file calls 12 is 34 here. */
const Mapping = z
  .string()
  .regex(/^[1-9]\d{0,15}=[1-9]\d{0,15}$/, 'Two ids, like 12=34.')
  .transform((text) => text.split('=').map(Number) as [UserId, UserId])

/** `?map=12=34&map=56=78`: who people of the file are, of whom this deployment has never heard. */
export const RestoreQuery = z.object({ map: oneOrMany(z.array(Mapping).max(LIMITS.members).default([])) })

/** What came of a restore. */
export const RestoredRoom = z
  .object({
    room_id: z.int(),
    messages: z.int(),
    members: z.int(),
    objects: z.int(),
    /** People of the file who are nobody here: they stay as "deleted user". */
    unknown_people: z.int(),
  })
  .meta({ id: 'RestoredRoom' })
export type RestoredRoom = z.infer<typeof RestoredRoom>
