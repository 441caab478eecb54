/** Lifetimes, timeouts and pauses, in milliseconds. */
export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const TIMES = {
  // Sessions and codes
  /** Short: the sidebar keeps ended sessions for this long, and a token of a session that it forgot is worthless. */
  accessToken: 1 * HOUR,
  /** A session ends when it is not used for this long. Each refresh starts the time again. */
  refreshToken: 30 * DAY,
  /** A session ends after this, however often it is refreshed. */
  sessionMost: 180 * DAY,
  /** The row of an ended session is kept this long. The next sign-in of its account deletes it. */
  sessionKept: 30 * DAY,
  /** A sidebar's answer that a session goes on is used again for this long: half of the second in which an end takes effect. */
  sessionChecked: 500,
  /** The timeout of that question. The directory is asked after it. */
  sessionCheck: 3 * SECOND,
  /** A socket ticket stands in a URL, which proxies may log. It is worthless after a minute. */
  socketTicket: 1 * MINUTE,
  /** People read and type a code within this time. */
  code: 10 * MINUTE,
  /** The row of a code outlives the code, so that its attempts stay counted. */
  codeKept: 1 * HOUR,
  /** A new address must be confirmed within this time. */
  addressChange: 1 * HOUR,
  /** The code that undoes a change of address works this long, because its owner may be travelling. */
  addressUndo: 7 * DAY,
  /** The long code of a password mail outlives the short one: strangers can use up a day's mails, but not all codes in them. */
  recoveryCode: 1 * DAY,
  /** A registration waits this long for its address to be verified. It is shorter than `uploadKept`, because it may have a picture. */
  registration: 1 * DAY,
  /** A device is no longer known when nobody has signed in from it for this long. */
  deviceKnown: 180 * DAY,
  /** For this long after signing in, an account's owner is not asked for the password again. */
  freshSignIn: 5 * MINUTE,

  // Hosts
  /** A token that an API key signs lasts at most this long. */
  hostTokenMost: 1 * DAY,
  /** The keys of a host are fetched again after this, so that a key that the host took away ends. */
  hostKeys: 10 * MINUTE,
  /** An unknown key id fetches a host's keys again at most this often. */
  hostKeysCooldown: 1 * MINUTE,
  /** A host answers with its keys within this time. */
  hostKeysAnswer: 5 * SECOND,

  // Mail
  /** The timeout of one delivery. Three attempts and their pauses fit into the 30 s that a Worker has after its answer. */
  mail: 7 * SECOND,
  /** The delay before a mail whose existence must stay hidden. The answer has left by then. */
  mailHidden: 50,
  /** The pauses before the second and the third attempt. */
  mailRetries: [1 * SECOND, 4 * SECOND],

  // Pushes to sidebars and rooms
  /** A room pushes to one live sidebar at most this often: under four times a second by any clock, and it looks immediate. */
  sidebarPush: 260,
  /** A sidebar asks a room that reported within this time before it answers a list: the room may be about to report again. */
  recentReport: 2 * SECOND,
  /**
   * A client that opens more than `BOUNDS.flappingOpenings` lists within this time closes each before it has read it. The
   * class `socket` allows that many openings in this time (one in 0.45 s).
   */
  flapping: 5 * SECOND,
  /** A list that closes so soon after its upgrade was answered has not been read. */
  flapClose: 2 * SECOND,
  /** A flapping list is sent each change again for this long. */
  flapRepeats: 20 * SECOND,
  /** After more than `BOUNDS.flappingOpenings` such closings, upgrades are held while the last of them are younger than this. */
  flapMemory: 30 * SECOND,
  /** The upgrade of a flapping list is held this long for a change. */
  flapHold: 2 * SECOND,
  /** The pause between answers with a change that was sent `BOUNDS.flapAnswers` times. */
  flapPause: 450,
  /** A push that is not known to have arrived is repeated after this. */
  sidebarPushRetry: 1 * SECOND,
  /** A room pushes a message with new reactions at most this often. */
  reactionPush: 250,
  /** The pause between two steps of rebuilding a search index, in which other calls run. */
  searchRebuild: 100,
  /** A read or delivered cursor is written at most this often per member. */
  cursorWrite: 1 * SECOND,
  /** Typing is passed on at most this often per member. */
  typing: 2 * SECOND,
  /** Typing ends by itself after this. */
  typingEnds: 6 * SECOND,

  // Webhooks
  /** The timeout of one request to a receiver. */
  webhook: 10 * SECOND,
  /** A delivery that fails for this long becomes a dead letter. */
  webhookRetries: 1 * DAY,
  /** A webhook reads its settings again after this. Changes by the API reach it at once. */
  webhookSettings: 10 * SECOND,
  /** A host changes the secret in its receivers within this time, unless it says otherwise. */
  webhookOverlap: 1 * DAY,
  /** The result of a delivery is kept this long. */
  deliveryKept: 30 * DAY,

  // Budgets
  /** A budget that does not answer in this time is skipped: one stuck actor must not delay a message. */
  budget: 3 * SECOND,
  /** An actor trusts a budget's answer that it has plenty for this long. */
  credit: 60 * SECOND,
  /** A paced act waits at most this long for its turn. It is refused when its turn comes later. */
  paced: 2 * SECOND,

  // Presence
  /** A person who reconnects within this time is not shown as offline. */
  presenceGrace: 8 * SECOND,
  /**
   * A socket that has sent pings and then sends none for this long is dead: clients ping every 25 s and wait 10 s for the
   * answer. Together with the grace, a dead client is shown as offline within a minute.
   */
  silentSocket: 45 * SECOND,
  /** The timeout of a question who is online, for what opens or is shown without the answer. */
  presenceShown: 1 * SECOND,
  /** A sidebar that wakes this long after its last check looks for sockets that vanished without a close event. */
  presenceCheck: 10 * MINUTE,

  // Actors
  /** An actor stays in memory at least this long after its last event (developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle). */
  minimumAwake: 10 * SECOND,
  /** The first pause between deliveries of an outbox. It doubles up to `outboxSoon`. */
  outboxFirst: 1 * SECOND,
  outboxSoon: 4 * SECOND,
  /** After ten attempts the pause doubles up to this. */
  outboxMost: 5 * MINUTE,
  /** An alarm that has not rung this long after its time is lost: the platform starts alarms within seconds. */
  alarmLost: 30 * SECOND,
  /** A socket that takes none of its resume frames for this long has stopped reading. */
  stalledSocket: 20 * SECOND,
  /** The timeout of a call to another actor. */
  call: 10 * SECOND,
  /** An erasure that was announced and has not reached the directory by then is cancelled. */
  erasureTimeout: 5 * MINUTE,

  // Timeouts of the platform's stores. Clients get their 503 within five seconds.
  directory: 4 * SECOND,
  media: 4 * SECOND,
  /** A room that takes longer to search is left out of the answer. */
  search: 4 * SECOND,
  /** Refused requests are counted for this long, and all who are refused meanwhile are spread over the time that they need. */
  shedWindow: 10 * SECOND,
  /** The timeout of each check of `/health`. */
  healthCheck: 2 * SECOND,
  /** `/health` repeats its last result for this long. */
  healthFresh: 1 * SECOND,

  // Uploads, invitations and backups
  /** An upload waits this long for its share of the memory for uploads. */
  uploadWait: 30 * SECOND,
  /** The URL of an image works at least this long: a tab that stays open over night still shows its pictures. */
  mediaUrl: 1 * DAY,
  /** A restore that does not end within this time counts as abandoned. */
  restore: 1 * HOUR,
  /** An export in parts can be continued, and the parts of a restore are kept, for this long. */
  backupTransfer: 1 * DAY,
  /** A person who declined an invitation to return to a room is not invited again before this. */
  inviteCooldown: 30 * DAY,
  /** An upload can be attached to a message for this long. */
  upload: 24 * HOUR,
  /** An upload that a message is about to reference is kept this long. The reference has arrived by then. */
  uploadReserved: 1 * HOUR,
  /** An upload without references is removed after this. A reference of the last moment has arrived by then. */
  uploadKept: 25 * HOUR,
} as const
