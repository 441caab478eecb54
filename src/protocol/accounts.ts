/** Registering, signing in and out, codes, and one's own profile. */
import * as z from 'zod'
import { Circle } from './circle'
import { Flag, PictureField } from './forms'
import { LIMITS } from './limits'
import { nameSchema, textSchema, usernameSchema } from './names'
import { InviteCode } from './registration'
import { Profile, Timestamp } from './users'

const Email = z.string().trim().toLowerCase().max(LIMITS.emailLength).pipe(z.email('Enter a valid e-mail address.'))

const Username = usernameSchema(LIMITS.usernameLength)

/** Characters of a password as it is hashed: not UTF-16 units, and in the one form that NFKC gives to all spellings. */
const passwordLength = (password: string) => [...password.normalize('NFKC')].length
/** UTF-16 units of a password as it comes: four for each character, since some are written with several. */
const PASSWORD_UNITS = 4 * LIMITS.passwordMax

const isNotTooLong = (password: string) => passwordLength(password) <= LIMITS.passwordMax
const tooLong = `At most ${LIMITS.passwordMax} characters.`
const isNotTooShort = (password: string) => passwordLength(password) >= LIMITS.passwordMin
const tooShort = `At least ${LIMITS.passwordMin} characters.`

/** Any characters: rules of composition make passwords worse. What is refused besides, src/auth/weak-passwords.ts says. */
const NewPassword = z
  .string()
  .max(PASSWORD_UNITS, tooLong)
  .refine(isNotTooShort, tooShort)
  .refine(isNotTooLong, tooLong)
  .meta({ minLength: LIMITS.passwordMin, maxLength: LIMITS.passwordMax })

/** A password as typed at login: any length that cannot be an attack on the hash. */
const Password = z.string().min(1).max(PASSWORD_UNITS, tooLong).refine(isNotTooLong, tooLong)

const Name = nameSchema(LIMITS.nameLength)

/**
 * A random secret that a client makes once and keeps on its device: at least 128 bits in base64url. What a device asks for
 * and tries is counted for it alone then, wherever it is. A client without one is known by its network and user agent.
 */
const DeviceKey = z
  .string()
  .regex(/^[\w-]{22,64}$/)
  .optional()
  // Something else under this name is some other client's own field, and those are ignored.
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
/** An address that was verified where nobody was signed in by it; the fields are those of `SignedIn`. */
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

/** What a mailed code is good for. */
export const CodePurpose = z.enum(['verify_email', 'login', 'reset_password'])
export type CodePurpose = z.infer<typeof CodePurpose>

/** What a code is for: what clients may ask one for, or an address that is to replace an account's own. */
export type CodeKind = CodePurpose | 'change_email'

/** A code as people type it; a client may have made a number of it. */
const Otp = z.preprocess(
  (code) => (typeof code === 'number' ? String(code).padStart(6, '0') : code),
  z
    .string()
    .transform((code) => code.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, 'Enter the six digits.')),
)

/** A long code, which a mail brings for where the six digits do not do. Letters that are taken for digits are read as these. */
const LONG_CODE = /^[0-9A-HJKMNP-TV-Z]{25}$/
const ShortOrLongCode = z.preprocess(
  (code) => (typeof code === 'number' ? String(code).padStart(6, '0') : code),
  z
    .string()
    .transform((code) => code.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1'))
    .refine((code) => /^\d{6}$/.test(code) || LONG_CODE.test(code), 'Enter the six digits, or the long code.'),
)

/** Instead of tokens, when a code has been mailed that must come back with `challenge`. */
export const OtpRequired = z
  .object({ otp_required: z.literal(true), challenge: z.string(), detail: z.string() })
  .meta({ id: 'OtpRequired' })

/** An answer that only says what happens now. */
export const DetailOnly = z.object({ detail: z.string() }).meta({ id: 'Said' })

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
    /** Null withdraws an address that waits for its code. */
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
