/**
 * The cost of acts beyond the cost of their rate class, in units of a user's budget. One unit is a millionth of a dollar at
 * the platform's list prices. `npm run cost -- attack` measures the acts and fails if one costs more than it is charged.
 */
export const COSTS = {
  /** A request to the Worker that an actor counts: the request, its log line, and processor time. */
  request: 1.1,
  /** A call to an actor, with the time during which both it and its caller are awake. */
  call: 0.3,
  /** An actor that stays awake for a client, for each millisecond: 128 MB at the price of a GB-second. */
  awakeMillisecond: 0.0016,
  /** A flapping client opens its list: it is sent changes again that it may have missed. */
  flappingOpened: 0.4,
  rowRead: 0.001,
  /** A room is created: its tables, its row in the directory, and the creator's list. */
  room: 72,
  /** Two users become friends: their direct room, both lists, and their presence for each other. */
  befriend: 95,
  /** A user joins a group: rows of the room, the directory, the user's list and notifications. */
  member: 18,
  /** Each member of a group that is deleted. */
  memberGone: 3,
  /** A push to a sidebar, by its answer. The questions that follow from it are included. */
  list: { all: 2.6, written: 13, firstUnread: 7, none: 21 },
  /** A user is notified of a mention. */
  mention: 10,
  /** One kilobyte of text, stored and indexed, for the first month. */
  kilobyte: 0.8,
  /** An edit or deletion of a message: the earlier text is stored, or the index is updated. */
  rewrite: 4,
  /** A write of a read or delivered cursor. */
  cursor: 3,
  /** A sidebar asks a room for its summary after sleeping. The rows written for it were counted with the push. */
  summaryAsked: 0.7,
  /** A socket opens on an actor where its session had none. */
  socketOpened: 4,
  /** Coming online or going offline: each user, room and viewer that receives it. */
  presence: 6,
  presencePushed: 0.4,
  presenceWatched: 1.6,
  /** A new name or picture: the directory's indexes, and each room that stores it. */
  rename: 90,
  roomRenamed: 7,
  /** Each room that stores a block or its end, with the pushes to both lists. */
  roomBlocked: 7,
  /** A sign-in: the password check, the count of attempts, and the new session. */
  signIn: 10,
  /** Marking a notification. */
  notificationMarked: 7.5,
  /** 64 KiB of a stored file for the first month. */
  fileBlock: 1,
  /** A mail sent by Cloudflare's Email Service. */
  mail: 350,
} as const
