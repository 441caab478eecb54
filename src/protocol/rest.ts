/** Request bodies, query strings and answers of the REST paths, in route order. */
import * as z from 'zod'
import { FriendRequestStatus } from './friends'
import { Id } from './ids'
import { LIMITS } from './limits'
import { Content, MessageDraft } from './room-socket'
import { Profile, Timestamp } from './user'

// Accounts

const Email = z.string().trim().toLowerCase().max(LIMITS.emailLength).pipe(z.email('Enter a valid e-mail address.'))

const Username = z
  .string()
  .trim()
  .min(1)
  .max(LIMITS.usernameLength)
  .regex(/^[\p{L}\p{N}_.+-]*$/u, 'Letters, digits and . _ + - only.')

const NewPassword = z
  .string()
  .min(LIMITS.passwordMin, `At least ${LIMITS.passwordMin} characters.`)
  .max(LIMITS.passwordMax, `At most ${LIMITS.passwordMax} characters.`)

/** A password as typed at login: any length that cannot be an attack on the hash. */
const Password = z.string().min(1).max(LIMITS.passwordMax)

/** Names stand in lists and notifications, on one line: control characters and broken surrogates would break those. */
const Name = z
  .string()
  .trim()
  .max(LIMITS.nameLength)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]*$/u, 'No line breaks or control characters.')

const samePasswords = (body: { password?: string; new_password?: string; confirm_password?: string }) =>
  body.confirm_password === undefined || body.confirm_password === (body.new_password ?? body.password)
const differ = { path: ['confirm_password'], error: 'The two passwords differ.' }

export const RegisterBody = z
  .object({
    email: Email,
    password: NewPassword,
    username: Username.optional(),
    confirm_password: z.string().optional(),
    first_name: Name.default(''),
    last_name: Name.default(''),
  })
  .refine(samePasswords, differ)
export type RegisterBody = z.infer<typeof RegisterBody>

export const LoginBody = z
  .object({
    identifier: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    email: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    username: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    password: Password,
  })
  .refine((body) => body.identifier ?? body.email ?? body.username, {
    path: ['identifier'],
    error: 'Enter your e-mail address or username.',
  })

/** `tokens` repeats the pair for clients that look for it there. Null while an address must be verified first. */
export const Tokens = z.object({ access: z.string(), refresh: z.string() }).meta({ id: 'Tokens' })
export const SignedIn = Tokens.extend({ tokens: Tokens, user: Profile }).meta({ id: 'SignedIn' })
export const Registered = z
  .object({
    message: z.string(),
    user: Profile,
    verification_required: z.boolean(),
    access: z.string().nullable(),
    refresh: z.string().nullable(),
    tokens: Tokens.nullable(),
  })
  .meta({ id: 'Registered' })

/** What a mailed code is good for. */
export const CodePurpose = z.enum(['verify_email', 'login', 'reset_password'])
export type CodePurpose = z.infer<typeof CodePurpose>

/** A code as people type it; a client may have made a number of it. */
const Otp = z.preprocess(
  (code) => (typeof code === 'number' ? String(code).padStart(6, '0') : code),
  z
    .string()
    .transform((code) => code.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'Enter the six digits.')),
)

/** Instead of tokens, when a code has been mailed that must come back with `challenge`. */
export const OtpRequired = z
  .object({ otp_required: z.literal(true), challenge: z.string(), detail: z.string() })
  .meta({ id: 'OtpRequired' })

/** An answer that only says what happens now. */
export const Said = z.object({ detail: z.string() }).meta({ id: 'Said' })

export const VerifyEmailBody = z.object({ email: Email, otp: Otp })
export const ResendBody = z.object({ email: Email, purpose: CodePurpose.default('verify_email') })
export const VerifyOtpBody = z.object({ challenge: z.string().min(1).max(100), otp: Otp })
export const ForgotPasswordBody = z.object({ email: Email })
export const ResetPasswordBody = z
  .object({ email: Email, otp: Otp, new_password: NewPassword, confirm_password: z.string().optional() })
  .refine(samePasswords, differ)

export const RefreshBody = z.object({ refresh: z.string().min(1).max(4_096) })

export const LogoutBody = z
  .object({
    refresh: z.string().min(1).max(4_096).optional(),
    refresh_token: z.string().min(1).max(4_096).optional(),
  })
  .refine((body) => body.refresh ?? body.refresh_token, { path: ['refresh'], error: 'Send the refresh token to end.' })

export const Session = z
  .object({
    id: z.int(),
    device: z.string(),
    current: z.boolean(),
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
  })
  .meta({ id: 'Session' })

export const Ticket = z.object({ ticket: z.string(), expires_in: z.int() }).meta({ id: 'Ticket' })

/** A form sends every value as text; JSON clients send real booleans. */
const Flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')])

/**
 * A picture among other fields. As a picture it is a file of a multipart form; as a value, null or empty takes it away,
 * and anything else, such as the URL that an answer had, leaves it as it is.
 */
const PictureField = z
  .unknown()
  .transform((value) => (value === null || value === '' ? null : undefined))
  .optional()

export const ProfileBody = z
  .object({
    profile_pic: PictureField,
    username: Username.optional(),
    first_name: Name.optional(),
    last_name: Name.optional(),
    email: Email.optional(),
    bio: z
      .string()
      .trim()
      .max(LIMITS.bioLength)
      .regex(/^[^\0\p{Cs}]*$/u, 'This holds a character that cannot be shown.')
      .optional(),
    old_password: Password.optional(),
    new_password: NewPassword.optional(),
    confirm_password: z.string().optional(),
    login_otp: Flag.optional(),
  })
  .refine(samePasswords, differ)
  .refine((body) => body.new_password === undefined || body.old_password !== undefined, {
    path: ['old_password'],
    error: 'Enter your present password as well.',
  })
export type ProfileBody = z.infer<typeof ProfileBody>

/** Capped arrays: how many, and where to go on from (see the `Link` header). */
export const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMITS.listMax).default(LIMITS.listDefault),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
})

export const UsersQuery = ListQuery.extend({
  search: z.string().trim().max(LIMITS.emailLength).optional(),
  ordering: z.enum(['username', '-username', 'id', '-id']).catch('username').default('username'),
})

// Friends

export const FriendRequestBody = z.object({ to_user: Id })

/** Which of my requests: all of them, unless named. */
export const FriendRequestsQuery = ListQuery.extend({
  status: FriendRequestStatus.optional(),
  direction: z.enum(['incoming', 'outgoing']).optional(),
})

export const FriendsQuery = UsersQuery

// Rooms

/** Repeated form keys arrive as an array, a single one as text. */
const oneOrMany = <T extends z.ZodType>(ids: T) =>
  z.preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), ids)

const RoomName = z.string().trim().max(LIMITS.roomNameLength)
const Description = z.string().trim().max(LIMITS.descriptionLength)

export const CreateRoomBody = z.object({
  room_name: RoomName.optional(),
  description: Description.optional(),
  participant_ids: oneOrMany(z.array(Id).max(LIMITS.membersPerRequest).default([])),
})

export const DirectRoomBody = z.object({ user_id: Id })

export const UpdateRoomBody = z.object({
  room_name: RoomName.min(1).optional(),
  description: Description.optional(),
  group_image: PictureField,
})

export const MyRoomBody = z.object({
  muted: Flag.optional(),
  pinned: Flag.optional(),
  nickname: z.string().trim().max(LIMITS.roomNameLength).nullable().optional(),
})
export type MyRoomBody = z.infer<typeof MyRoomBody>

export const AddMembersBody = z.object({ users: oneOrMany(z.array(Id).min(1).max(LIMITS.membersPerRequest)) })
export const MemberBody = z.object({ user_id: Id })

/** Limits of an invitation link: when it ends (a time, or seconds from now) and for how many. */
export const LinkBody = z.object({
  expires_at: z.iso
    .datetime({ offset: true })
    .transform((time) => Date.parse(time))
    .nullable()
    .optional(),
  expires_in: z.coerce
    .number()
    .int()
    .min(60)
    .max(365 * 24 * 3_600)
    .optional(),
  max_uses: z.coerce.number().int().min(1).max(LIMITS.members).nullable().optional(),
})

/** Cursor pages. */
export const PageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
})

export const RoomsQuery = PageQuery.extend({ search: z.string().trim().max(LIMITS.roomNameLength).optional() })

/** One page of anything. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ next: z.string().nullable(), previous: z.string().nullable(), results: z.array(item) })

// Messages

const Place = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

export const MessagesQuery = PageQuery.extend({
  before: Place.optional(),
  after: Place.optional(),
  search: z.string().trim().max(LIMITS.roomNameLength).optional(),
})

export const SendBody = MessageDraft

/** An upload that may be attached to a message by its `id`, for a day and by whoever uploaded it. */
export const UploadedImage = z
  .object({ id: z.string(), url: z.string(), width: z.int(), height: z.int(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedImage' })
export const UploadedFile = z
  .object({ id: z.string(), url: z.string(), name: z.string(), size: z.int(), type: z.string() })
  .meta({ id: 'UploadedFile' })
export const EditBody = z.object({ content: Content })

// Search

/** A day, or a moment, as milliseconds since 1970. */
const Moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text))

export const SearchQuery = PageQuery.extend({
  q: z.string().trim().min(1).max(LIMITS.roomNameLength),
  room: Id.optional(),
  from: Id.optional(),
  before: Moment.optional(),
  after: Moment.optional(),
})

// Notifications

/** A notification for oneself; for somebody else only staff may make one. */
export const NotificationBody = z.object({
  message: z.string().trim().min(1).max(LIMITS.descriptionLength),
  user_id: Id.optional(),
})

/** Only `is_read` can be changed of a notification. */
export const ReadBody = z.object({ is_read: Flag })

// Administration

export const EraseBody = z.object({ password: Password })

export const AdminUsersQuery = ListQuery.extend({
  search: z.string().trim().max(LIMITS.emailLength).optional(),
  only: z.enum(['staff', 'disabled']).optional(),
})

export const AdminRoomsQuery = ListQuery.extend({ search: z.string().trim().max(LIMITS.roomNameLength).optional() })

/** `user`: deeds done by them or to them. */
export const AuditQuery = ListQuery.extend({ user: Id.optional() })
