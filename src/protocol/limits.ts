/** The limits that clients meet, each with its reason. */

/** Sizes and counts that outside input meets. `GET /api/limits/` answers this table. */
export const LIMITS = {
  /** Characters of one message. Ten screens of text; at four bytes each still far below a row's 2 MB. */
  messageLength: 10_000,
  /** Characters of a room's name, a description and a biography. */
  roomNameLength: 100,
  descriptionLength: 1_000,
  bioLength: 1_000,
  nameLength: 60,
  usernameLength: 30,
  /** Days until a username that somebody gave up, or one that looks like it, may be somebody else's. */
  usernameRestDays: 90,
  emailLength: 254,
  /** A password below 8 characters is guessable; above 256 it only costs hashing time. */
  passwordMin: 8,
  passwordMax: 256,
  /** Tries at one code, and codes that one asker has mailed to one address in an hour for one purpose. */
  codeTries: 5,
  codesPerHour: 5,
  /** Members of a group: one message then wakes at most this many sidebars, once each. */
  members: 1_000,
  /** People named in one create or add request. */
  membersPerRequest: 1_000,
  /** Bytes of one frame, of a JSON body, of a form body without files. */
  frameBytes: 64 * 1024,
  bodyBytes: 128 * 1024,
  /** Items of one page: default and most. */
  pageDefault: 35,
  pageMax: 100,
  /** Characters of a cursor. */
  cursorLength: 400,
  /** How far `?offset=` reaches: a listing is read on by the cursor of its `Link` header, which costs the same everywhere. */
  offsetMax: 1_000,
  /** Friends of one person, and people whom one has blocked: lists of them are put in order as a whole. */
  friends: 2_000,
  blocked: 2_000,
  /** People among whom a part of a name is looked for: those whose names have the shortest rest after it. */
  peopleSought: 500,
  /** Rooms that one person has pinned: the first page of their list has all of them. */
  pinnedRooms: 100,
  /** Items of an uncapped-looking array (users, friends, notifications): default and most. */
  listDefault: 100,
  listMax: 1_000,
  /** Mentions in one message: each may notify somebody. Those that follow name nobody. */
  mentionsPerMessage: 50,
  /** Different emoji on one message, and of one person: with 1,000 members one message stays below 100 KB. */
  reactionsPerMessage: 20,
  reactionsPerPerson: 5,
  /** UTF-16 units of an emoji: the longest there are (families, couples with two skin tones, flags) have 15. */
  emojiLength: 32,
  /** Characters that describe an image. */
  imageAltLength: 1_000,
  /** Readers named on each message of a page; `message_read_status` names all. */
  readersPerMessage: 100,
  /** Bytes that may wait for one slow socket before it is closed: 100 such sockets stay far below an isolate's 128 MB. */
  socketBacklogBytes: 1024 * 1024,
  /** Bytes of frames that may wait while a person's budget is asked, which takes milliseconds. */
  heldBytes: 1024 * 1024,
  /** Malformed frames one socket may send in a row before it is closed. */
  malformedFrames: 100,
  /** Frames refused for coming too often, less those that came in time, before their socket is closed. */
  refusedFrames: 100,
  /** Sockets one person may hold open on one actor: ten devices with a few tabs each. */
  socketsPerUser: 50,
  imageBytes: 10 * 1024 * 1024,
  fileBytes: 25 * 1024 * 1024,
  /** Pixels of an image, and of one side: 160 MB decoded, and what graphics hardware takes. */
  imagePixels: 40_000_000,
  imageSide: 16_384,
  /** Characters of a file's name; of an upload's id, which carries that name. */
  fileNameLength: 255,
  uploadIdLength: 2_048,
  /** Uploads of one person that are on no message yet. */
  uploadsWaiting: 50,
} as const
