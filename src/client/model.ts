/** What applications read and write, by the names of the SDK. `test/client/model.test.ts` holds it equal to the protocol. */

/** The author of a message. */
export interface Sender {
  id: number
  username: string
  fullName: string
  profilePic: string | null
  /** True for a program: a bot account, or an incoming hook. */
  isBot: boolean
}

export type FriendshipStatus = 'friends' | 'request_sent' | 'request_received' | null

/** A person as other users see them, without the e-mail address. */
export interface User extends Sender {
  bio: string
  firstName: string
  lastName: string
  onlineStatus: boolean
  lastSeen: string
  friendshipStatus: FriendshipStatus
  outgoingRequestId: number | null
  incomingRequestId: number | null
  /** True if the viewer has blocked this person. */
  blocked: boolean
  /** The id that the product has for this person; null for people who registered here. */
  externalId: string | null
  /** The product's own data about the person. */
  data: Record<string, unknown>
}

/** The people whom a privacy setting admits. `rooms` admits people who share a room with the person, and friends. */
export type Circle = 'everyone' | 'rooms' | 'friends' | 'nobody'

/** The signed-in user's own account. */
export interface Profile extends Sender {
  email: string
  emailVerified: boolean
  /** A new address that is not verified yet. Until then mail goes to `email`. */
  pendingEmail: string | null
  firstName: string
  lastName: string
  bio: string
  friends: number[]
  onlineStatus: boolean
  lastSeen: string
  loginOtp: boolean
  whoMayAddMe: Circle
  whoSeesMeOnline: Circle
  isStaff: boolean
  externalId: string | null
  data: Record<string, unknown>
}

/** A new account. The server makes a username from the address if none is given. */
export interface NewAccount {
  email: string
  password: string
  username?: string | undefined
  confirmPassword?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  /** A code of staff, where registering needs one. */
  invite?: string | undefined
}

/** Changes of the signed-in user's account. Null removes the picture, or withdraws an address that is not verified yet. */
export interface ProfileChanges {
  profilePic?: Blob | null
  username?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  email?: string | undefined
  pendingEmail?: null | undefined
  bio?: string | undefined
  oldPassword?: string | undefined
  newPassword?: string | undefined
  confirmPassword?: string | undefined
  loginOtp?: boolean | undefined
  whoMayAddMe?: Circle | undefined
  whoSeesMeOnline?: Circle | undefined
}

/** A device on which the user is signed in. */
export interface Device {
  id: number
  device: string
  current: boolean
  createdAt: string
  lastUsedAt: string
  expiresAt: string
}

/** `fromUser` and `toUser` are ids. */
export interface FriendRequest {
  id: number
  fromUser: number
  toUser: number
  status: 'pending' | 'accepted' | 'rejected' | 'cancelled'
  createdAt: string
  updatedAt: string
}

/** The answer to accepting a friend request: the direct room of the two people. */
export interface Accepted {
  detail: string
  roomId: number
}

/** A reader of a message, and the time at which their read cursor reached or passed it. */
export interface ReadStatus {
  id: number
  user: { id: number; username: string }
  timestamp: string
}

/** `read` and `delivered` mean by every other member. */
export type MessageStatus = 'sent' | 'delivered' | 'read'

/** The part of an answered message that a quote shows. */
export interface Quote {
  id: number
  senderId: number
  senderName: string
  text: string | null
  deleted: boolean
}

/** One emoji on a message, with all users who gave it, in the order in which they did. */
export interface Reaction {
  emoji: string
  count: number
  userIds: number[]
}

/** A mention: the person's id, their username at that time, and the range in `text`, in UTF-16 units and with the `@`. */
export interface Mention {
  id: number
  username: string
  start: number
  length: number
}

export interface Message {
  id: number
  /** The room's seq at the last change of this message, at first its `id`. Of two states the higher seq is newer. */
  seq: number
  roomId: number
  sender: Sender
  text: string | null
  /** In the order of the text. */
  mentions: Mention[]
  image: string | null
  imageWidth: number | null
  imageHeight: number | null
  /** The sender's description of the image. */
  imageAlt: string | null
  file: string | null
  fileName: string | null
  fileSize: number | null
  /** The id of the answered message. */
  replyTo: number | null
  replyPreview: Quote | null
  timestamp: string
  editedAt: string | null
  deleted: boolean
  clientId: string | null
  /** Emoji in the order in which they were first given. */
  reactions: Reaction[]
  status: MessageStatus
  readStatuses: ReadStatus[]
}

/** A message as it is sent. Attachments go by the ids of their uploads. */
export interface MessageDraft {
  text?: string | undefined
  clientId?: string | undefined
  imageId?: string | null | undefined
  imageAlt?: string | null | undefined
  fileId?: string | null | undefined
  replyTo?: number | undefined
}

/** The newest message of a room, as a list shows it. `preview` replaces a `text` of null. */
export interface LastMessage {
  id: number
  text: string | null
  preview: string
  senderId: number
  senderName: string
  timestamp: string
}

/** An earlier text of an edited message. */
export interface Version {
  text: string | null
  timestamp: string
  replacedAt: string
}

/** A search result: a message with the name of its room and the part of its text around the match. */
export interface FoundMessage extends Message {
  chatName: string
  snippet: string
}

export type Role = 'owner' | 'admin' | 'member'

/** The messages of a room that notify a member. */
export type NotifyLevel = 'all' | 'mentions' | 'nothing'

export interface RoomInList {
  id: number
  /** The name to show: the nickname, the name of the group, or that of the peer. */
  chatName: string
  roomName: string
  description: string
  groupImage: string | null
  isGroup: boolean
  lastMessage: LastMessage | null
  unreadCount: number
  /** True unless `notify` is `all`. */
  muted: boolean
  notify: NotifyLevel
  pinned: boolean
  nickname: string | null
  /** The peer of a direct room. Null in a group, and when the peer's account was erased. */
  partnerId: number | null
  createdAt: string
  lastActivity: string
}

export interface Participant extends Sender {
  isAdmin: boolean
  role: Role
  onlineStatus: boolean
  lastSeen: string
  joinedAt: string
}

export interface RoomDetail extends RoomInList {
  participants: Participant[]
  admins: { id: number }[]
  myRole: Role
  lastId: number
}

/** A room after members were added. `invited` lists people who had left it: they join by accepting the invite. */
export interface MembersAdded extends RoomDetail {
  invited: number[]
}

/** A new group. */
export interface NewRoom {
  roomName?: string
  description?: string
  participantIds?: number[]
  groupImage?: Blob | null
}

/** The user's own settings of a room. `muted` is a short form of `notify`, which wins if both are given. */
export interface MyRoomChanges {
  muted?: boolean | undefined
  notify?: NotifyLevel | undefined
  pinned?: boolean | undefined
  nickname?: string | null | undefined
}

/** The shareable link of a room. */
export interface Invitation {
  roomId: number
  code: string
  link: string
  expiresAt: string | null
  uses: number
  maxUses: number | null
}

/** The end of a link (a time, or seconds from now), and the number of its uses. */
export interface InvitationLimits {
  expiresAt?: string | null | undefined
  expiresIn?: number | undefined
  maxUses?: number | null | undefined
}

/** The part of a room that its link shows before joining. */
export interface JoinPreview {
  roomId: number
  chatName: string
  description: string
  groupImage: string | null
  memberCount: number
  isMember: boolean
}

/** A person who may not join the room. */
export interface Ban {
  user: Sender
  bannedBy: number
  bannedAt: string
}

export interface Notification {
  id: number
  notificationType:
    | 'new_message'
    | 'mention'
    | 'friend_request'
    | 'friend_accepted'
    | 'room_invite'
    | 'role_changed'
    | 'system'
  /** The name of the person. */
  sender: string | null
  senderId: number | null
  /** The sentence to show. */
  message: string
  /** The text of the newest message that it is about. */
  text: string | null
  chatName: string | null
  roomId: number | null
  messageId: number | null
  count: number
  timestamp: string
  isRead: boolean
  /** The state of a `room_invite`. Null for every other notification. */
  invitation: 'open' | 'accepted' | 'declined' | 'withdrawn' | null
}
