/** The limits that clients meet, each with its reason. */

/** Bounds of sizes and counts for input from outside. `GET /api/limits/` lists this table. */
export const LIMITS = {
  /** Characters of one message: ten screens of text, and at four bytes each still far below a row's 2 MB. */
  messageLength: 10_000,
  /** Characters of a room's name, a description, a biography, a person's name, a username. */
  roomNameLength: 100,
  descriptionLength: 1_000,
  bioLength: 1_000,
  nameLength: 60,
  usernameLength: 30,
  /** Days until another person may take a username that was given up, or one that looks like it. */
  usernameRestDays: 90,
  emailLength: 254,
  /** A password below 8 characters is guessable; above 256 it only costs hashing time. */
  passwordMin: 8,
  passwordMax: 256,
  /** Attempts at one code; codes mailed to one address for one asker and purpose in an hour. */
  codeTries: 5,
  codesPerHour: 5,
  /** Members of a group: one message is pushed to at most this many sidebars, once each. */
  members: 1_000,
  /** People named in one create or add request. */
  membersPerRequest: 1_000,
  /** Incoming hooks of one room: each is a bot by itself. */
  hooksPerRoom: 20,
  /** Bytes of a signal's data as JSON, and characters of its name: a position, a state, no document. */
  signalBytes: 1024,
  signalNameLength: 64,
  /** Bytes of one frame, of a JSON body, of a form body without files. */
  frameBytes: 64 * 1024,
  bodyBytes: 128 * 1024,
  /** Bytes of the custom data of one thing, as JSON. */
  dataBytes: 4_096,
  /** Items of one page: default and maximum. */
  pageDefault: 35,
  pageMax: 100,
  /** Characters of a cursor. */
  cursorLength: 400,
  /** The largest `?offset=`. Further pages need the cursor of the `Link` header, which costs the same on every page. */
  offsetMax: 1_000,
  /** Friends and blocked people of one person: each of the two lists is sorted as a whole. */
  friends: 2_000,
  blocked: 2_000,
  /** Candidates of a search for people: those whose names have the fewest characters after the part that was typed. */
  peopleSought: 500,
  /** Pinned rooms of one person: the first page of the room list holds all of them. */
  pinnedRooms: 100,
  /** Items of a plain array (users, friends, notifications): default and maximum. */
  listDefault: 100,
  listMax: 1_000,
  /** Mentions in one message, because each may notify somebody. Later ones in the text mention nobody. */
  mentionsPerMessage: 50,
  /** Different emoji on one message, in all and of one person: with 1,000 members one message stays below 100 KB. */
  reactionsPerMessage: 20,
  reactionsPerPerson: 5,
  /** UTF-16 units of an emoji: the longest ones (families, couples with two skin tones, flags) have 15. */
  emojiLength: 32,
  /** Characters of an image's description. */
  imageAltLength: 1_000,
  /** Readers listed on each message of a page. `message_read_status` lists all. */
  readersPerMessage: 100,
  /** Unsent bytes of one slow socket before it is closed: 100 such sockets stay far below an isolate's 128 MB. */
  socketBacklogBytes: 1024 * 1024,
  /** Bytes of frames that wait while the actor asks a person's budget, which takes milliseconds. */
  heldBytes: 1024 * 1024,
  /** Malformed frames in a row before a socket is closed. */
  malformedFrames: 100,
  /** Frames over the rate, less frames within it, before a socket is closed. */
  refusedFrames: 100,
  /** Open sockets of one person on one actor: ten devices with a few tabs each. */
  socketsPerUser: 50,
  imageBytes: 10 * 1024 * 1024,
  fileBytes: 25 * 1024 * 1024,
  /** Pixels of an image: 160 MB decoded. Pixels of one side: the maximum of graphics hardware. */
  imagePixels: 40_000_000,
  imageSide: 16_384,
  /** Characters of a file's name, and of an upload's id, which contains that name. */
  fileNameLength: 255,
  uploadIdLength: 2_048,
  /** Uploads of one person that are not on a message yet. */
  uploadsWaiting: 50,
} as const
