/** Counts and sizes that bound the work of one actor or request, each with the platform's reason. */
import { DAY, HOUR } from './times'

export const BOUNDS = {
  /** Events that a resume reads and sends at a time, so that 10,000 missed events never block the actor for long. */
  resumeChunk: 500,
  /** Characters that a resume sends at a time: well below the send buffer of one socket, whatever their size in bytes. */
  resumeLength: 128 * 1024,
  /** Concurrent calls to other actors: the platform allows six open connections per event. */
  callsAtOnce: 6,
  /** Rooms of a webhook that one alarm delivers, or that one step tells of a new webhook. */
  webhookLines: 200,
  /** Changes that a webhook reads of a room at a time: with the longest messages below one megabyte. */
  webhookPage: 50,
  /** Rooms, and people, that one sweep calls: with three objects a person some hundreds of calls in a minute. */
  swept: 100,
  /** Lists that one person may open within `TIMES.flapping` and still count as reading: several devices, or a reloaded page. */
  flappingOpenings: 4,
  /** Answers at once that a flapping list gets with one change, because it misses most of them. */
  flapAnswers: 8,
  /** Rooms that learn when a person comes online or goes offline, newest activity first. */
  presenceRooms: 50,
  /** Bytes of an upload in memory at a time, and of each part sent to R2: its parts have equal sizes of at least 5 MiB. */
  uploadPart: 5 * 1024 * 1024,
  /** Bytes of uploads in memory at once in one isolate, which has 128 MB. Storing a part copies it. */
  uploadMemory: 40 * 1024 * 1024,
  /** Characters of rows in one page of a room's archive: an RPC answer may have 32 MiB. */
  archivePage: 1_000_000,
  /** Bytes of a stored object in one line of a backup. */
  backupPiece: 192 * 1024,
  /** Bytes of the longest line that a restore reads. */
  backupLine: 1024 * 1024,
  /** Bytes of a backup before each seal. A restore buffers as much, and one line, until it has checked the seal. */
  backupPart: 512 * 1024,
  /**
   * Bytes after which an export in parts ends one with the message that it is at: 100 MB pass the platform's edge, and the
   * attachments of one message take up to 47 MiB in base64. A restore in parts takes parts of this size.
   */
  backupTransfer: 40 * 1024 * 1024,
  /** Stored objects that are removed, and references that are reported, at a time: R2 takes 1,000 keys in one request. */
  mediaBatch: 500,
  /** A larger room sends presence when a socket opens, but no changes of presence. */
  presenceRoomSize: 100,
  /** People without a direct room with a person who learn from a shared group that this person comes online. */
  onlineViewers: 50,
  /** Lists that show one person's typing: each is one call. */
  typingLists: 20,
  /** Code mails to one address for one purpose, from all devices that the account does not know. */
  mailsHourly: { limit: 20, per: 1 * HOUR },
  mailsDaily: { limit: 40, per: 1 * DAY },
  /** Known devices of one account, the newest first. */
  knownDevices: 20,
  /** Mails that a development server keeps for reading. */
  devMails: 100,
  /**
   * Requests under way in one isolate, which has 128 MB and one thread. After a deploy everybody comes at once: more than these
   * would wait for seconds, so they are refused and come back later.
   */
  requestsAtOnce: 1_000,
  /** Questions about presence of one isolate at once: after a deploy everybody's sockets open within seconds. */
  presenceAsked: 50,
  /** Rooms that one search asks, newest activity first: the platform bounds the calls of one request. */
  searchRooms: 200,
  /** scrypt's cost. OWASP's row for 16 MiB; the platform refuses N·r·p above 2^20 and has 128 MB per isolate. */
  scrypt: { N: 2 ** 14, r: 8, p: 5 },
} as const
