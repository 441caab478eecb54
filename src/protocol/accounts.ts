/** Accounts: the bodies and answers of registering, signing in and out, codes and the caller's own profile. */
import * as z from 'zod'
import { Circle } from './circle'
import { Flag, PictureField } from './forms'
import { LIMITS } from './limits'
import { nameSchema, textSchema, usernameSchema } from './names'
import { InviteCode } from './registration'
import { Profile, Timestamp } from './users'

const Email = z.string().trim().toLowerCase().max(LIMITS.emailLength).pipe(z.email('Enter a valid e-mail address.'))

const Username = usernameSchema(LIMITS.usernameLength)

/** Counts the characters of a password as it is hashed: code points of its NFKC form, not UTF-16 units. */
const passwordLength = (password: string) => [...password.normalize('NFKC')].length
/** The UTF-16 units that a password may have as it arrives: four for each character, because some characters need several. */
const PASSWORD_UNITS = 4 * LIMITS.passwordMax

const isNotTooLong = (password: string) => passwordLength(password) <= LIMITS.passwordMax
const tooLong = `At most ${LIMITS.passwordMax} characters.`
const isNotTooShort = (password: string) => passwordLength(password) >= LIMITS.passwordMin
const tooShort = `At least ${LIMITS.passwordMin} characters.`

/** Any characters: rules of composition make passwords worse. `src/auth/weak-passwords.ts` refuses common passwords. */
const NewPassword = z
  .string()
  .max(PASSWORD_UNITS, tooLong)
  .refine(isNotTooShort, tooShort)
  .refine(isNotTooLong, tooLong)
  .meta({ minLength: LIMITS.passwordMin, maxLength: LIMITS.passwordMax })

/** A password as typed at login. The upper bound keeps long inputs from the hash. */
const Password = z.string().min(1).max(PASSWORD_UNITS, tooLong).refine(isNotTooLong, tooLong)

const Name = nameSchema(LIMITS.nameLength)

/**
 * A random secret that a client makes once and stores on its device: at least 128 bits in base64url. The server counts
 * attempts by this key. Without one, it counts them by network and user agent.
 */
const DeviceKey = z
  .string()
  .regex(/^[\w-]{22,64}$/)
  .optional()
  // A value of another form is a field of some other client: unknown fields are ignored.
  .catch(undefined)

const passwordsMatch = (body: { password?: string; new_password?: string; confirm_password?: string }) =>
  body.confirm_password === undefined || body.confirm_password === (body.new_password ?? body.password)
const PASSWORDS_DIFFER = { path: ['confirm_password'], error: 'The two passwords differ.' }

export const RegisterBody = z
  .object({
    email: Email,
    password: NewPassword,
    username: Username.optional(),
    confirm_password: z.string().optional(),
    first_name: Name.default(''),
    last_name: Name.default(''),
    device_key: DeviceKey,
    invite: InviteCode,
  })
  .refine(passwordsMatch, PASSWORDS_DIFFER)
export type RegisterBody = z.infer<typeof RegisterBody>

export const LoginBody = z
  .object({
    identifier: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    email: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    username: z.string().trim().min(1).max(LIMITS.emailLength).optional(),
    password: Password,
    device_key: DeviceKey,
  })
  .refine((body) => body.identifier ?? body.email ?? body.username, {
    path: ['identifier'],
    error: 'Enter your e-mail address or username.',
  })

/** `tokens` repeats the pair for clients that look for it there. Null while an address must be verified first. */
export const Tokens = z.object({ access: z.string(), refresh: z.string() }).meta({ id: 'Tokens' })
export const SignedIn = Tokens.extend({ tokens: Tokens, user: Profile }).meta({ id: 'SignedIn' })
/** The answer when an address was verified and nobody was signed in. It has the fields of `SignedIn`. */
export const Verified = z
  .object({ detail: z.string(), access: z.null(), refresh: z.null(), tokens: z.null(), user: z.null() })
  .meta({ id: 'Verified' })
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

/** The purposes for which a client may request a code. */
export const CodePurpose = z.enum(['verify_email', 'login', 'reset_password'])
export type CodePurpose = z.infer<typeof CodePurpose>

/** The purpose of a code. The server itself makes codes that confirm a new address. */
export type CodeKind = CodePurpose | 'change_email'

/** Six digits as people type them. Some clients send the code as a number, which loses leading zeros. */
const Otp = z.preprocess(
  (code) => (typeof code === 'number' ? String(code).padStart(6, '0') : code),
  z
    .string()
    .transform((code) => code.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'Enter the six digits.')),
)

/** A long code from a mail, which works on any device. Letters that look like digits are read as digits. */
const LONG_CODE = /^[0-9A-HJKMNP-TV-Z]{25}$/
const ShortOrLongCode = z.preprocess(
  (code) => (typeof code === 'number' ? String(code).padStart(6, '0') : code),
  z
    .string()
    .transform((code) => code.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1'))
    .refine((code) => /^\d{6}$/.test(code) || LONG_CODE.test(code), 'Enter the six digits, or the long code.'),
)

/** The answer instead of tokens when a code was mailed. The client sends the code with `challenge`. */
export const OtpRequired = z
  .object({ otp_required: z.literal(true), challenge: z.string(), detail: z.string() })
  .meta({ id: 'OtpRequired' })

/** An answer with one sentence for people. */
export const DetailOnly = z.object({ detail: z.string() }).meta({ id: 'DetailOnly' })

export const VerifyEmailBody = z.object({ email: Email, otp: Otp, device_key: DeviceKey })
export const ResendBody = z.object({
  email: Email,
  purpose: CodePurpose.default('verify_email'),
  device_key: DeviceKey,
})
export const VerifyOtpBody = z.object({ challenge: z.string().min(1).max(100), otp: Otp, device_key: DeviceKey })
export const ForgotPasswordBody = z.object({ email: Email, device_key: DeviceKey })
export const ResetPasswordBody = z
  .object({
    email: Email,
    otp: ShortOrLongCode,
    new_password: NewPassword,
    confirm_password: z.string().optional(),
    device_key: DeviceKey,
  })
  .refine(passwordsMatch, PASSWORDS_DIFFER)

export const RefreshBody = z.object({ refresh: z.string().min(1).max(4_096), device_key: DeviceKey })

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

export const ProfileBody = z
  .object({
    profile_pic: PictureField,
    username: Username.optional(),
    first_name: Name.optional(),
    last_name: Name.optional(),
    email: Email.optional(),
    /** Null withdraws an address that is not verified yet. */
    pending_email: z.null().optional().catch(undefined),
    bio: textSchema(LIMITS.bioLength)
      .regex(/^[^\ufffd]*$/, 'This holds a character that cannot be shown.')
      .optional(),
    old_password: Password.optional(),
    new_password: NewPassword.optional(),
    confirm_password: z.string().optional(),
    login_otp: Flag.optional(),
    who_may_add_me: Circle.optional(),
    who_sees_me_online: Circle.optional(),
  })
  .refine(passwordsMatch, PASSWORDS_DIFFER)
export type ProfileBody = z.infer<typeof ProfileBody>

export const EraseBody = z.object({ password: Password })
