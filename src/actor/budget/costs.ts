/**
 * What acts cause beyond what their class costs, in units of a person's budget: each a millionth of a dollar at the list
 * prices of the platform. `npm run cost -- attack` measures the acts and fails where one costs more than is charged for it.
 */
export const COSTS = {
  /** A request to the Worker that an actor counts: the request, its line in the log, processor time. */
  request: 1.1,
  /** A call to an actor, with the milliseconds that it and its caller are awake for it. */
  call: 0.3,
  rowRead: 0.001,
  /** A room is made: its tables, its line in the directory, the first person's list. */
  room: 72,
  /** Two people become friends: their room, their lists, and what stands between the two. */
  befriend: 95,
  /** Somebody comes into a group: rows of the room, the directory, their list and their notifications. */
  member: 18,
  /** Each person of a group that is deleted. */
  memberGone: 3,
  /** A list is told of a change, by what it answers; what it is asked afterwards is part of it. */
  list: { all: 2.6, written: 13, firstUnread: 7, none: 21 },
  /** Somebody is notified that a message mentions them. */
  mention: 10,
  /** A kilobyte of text is stored and indexed, for the first month. */
  kilobyte: 0.8,
  /** A message is edited or deleted rather than sent: the earlier text is kept, or the index told to forget. */
  rewrite: 4,
  /** A read or delivered cursor is written. */
  cursor: 3,
  /** A room is asked how it stands, because its list slept. What is written then was counted when it was told. */
  summaryAsked: 0.7,
  /** A socket opens somewhere where none of its session was open. */
  socketOpened: 4,
  /** Coming and going: each person, each room, and each person who is looked after because of it, that is told. */
  presence: 6,
  presencePushed: 0.4,
  presenceWatched: 1.6,
  /** A new name or picture: the directory's indexes, and each room that takes it over. */
  rename: 90,
  roomRenamed: 7,
  /** Each room that takes over a block or its end, with the two lists that are told of it. */
  roomBlocked: 7,
  /** A sign-in: a password is checked, tries are counted, a session begins. */
  signIn: 10,
  /** A notification is marked. */
  notificationMarked: 7.5,
  /** 64 KiB of a stored file, for the first month. */
  fileBlock: 1,
  /** A mail sent by Cloudflare's Email Service. */
  mail: 350,
} as const
