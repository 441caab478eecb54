/** The environment variables of a deployment, validated and parsed once. */
import * as z from 'zod'
import { parseBytes } from '../protocol/storage'
import { Count, IdentityIssuers, PublicUrl, Quota, Registration, Sender, SmtpServer } from './values'

const Environment = z
  .object({
    AUTH_SECRET: z.string().min(32, 'AUTH_SECRET must have at least 32 characters; `npm start` makes one.'),
    /** The secret before the last rotation: what it signed stays valid. Empty without one. */
    AUTH_SECRET_PREVIOUS: z
      .union(
        [z.literal(''), z.string().min(32)],
        'AUTH_SECRET_PREVIOUS must be the whole secret that was in use before.',
      )
      .default(''),
    EMAIL_VERIFICATION: z.enum(['required', 'optional']).default('optional'),
    /**
     * The origin under which people open this server. URLs in answers and frames begin with it, and only its pages count
     * as this server's own, whatever `Host` a request names.
     */
    PUBLIC_URL: PublicUrl.default(null),
    /** Comma-separated origins whose pages may call the API. `*` works in development only. */
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      ),
    /**
     * `development` serves `/dev/mail/` and `/dev/demo/`, keeps mails and honours RATE_LIMITS=off. It works in a
     * development build only: `wrangler deploy` compiles that code out, and its build is `production` whatever the
     * variable says.
     */
    ENVIRONMENT: z
      .enum(['development', 'production'])
      .default('production')
      .transform((named) => (process.env.NODE_ENV === 'development' ? named : 'production')),
    RATE_LIMITS: z.enum(['on', 'off']).default('on'),
    MAIL_FROM: Sender.default(null),
    /** The mail server. Without one, mail goes through Cloudflare's `send_email`. */
    SMTP_URL: SmtpServer.default(null),
    /** The password of SMTP_URL as a secret, for a URL that stands in a public file. */
    SMTP_PASSWORD: z.string().default(''),
    /** Bytes that one person's images and files may take in R2, and one room's database and attachments. */
    STORAGE_PER_PERSON: Quota('STORAGE_PER_PERSON').default(parseBytes('2 GB') ?? null),
    STORAGE_PER_ROOM: Quota('STORAGE_PER_ROOM').default(parseBytes('5 GB') ?? null),
    /** Notifications that one feed keeps, and the days for which it keeps read ones. */
    NOTIFICATIONS_KEPT: Count('NOTIFICATIONS_KEPT', 50, 100_000).default(1_000),
    NOTIFICATION_DAYS: Count('NOTIFICATION_DAYS', 1, 3_650).default(90),
    /** The public half of the operator's key. Without it no room can be exported or restored. */
    OPERATOR_PUBLIC_KEY: z
      .string()
      .trim()
      .regex(/^([\w-]{43})?$/, 'OPERATOR_PUBLIC_KEY must be what `npm run admin -- operator-key` printed.')
      .default(''),
    /** Whether the members of a room are notified when it is exported. */
    EXPORT_NOTICE: z.enum(['on', 'off']).default('off'),
    /** The people that `/api/users/` lists: everybody, those connected to the caller, or nobody. */
    DIRECTORY_VISIBILITY: z.enum(['all', 'rooms', 'none']).default('all'),
    REGISTRATION: Registration.default({ mode: 'open', domains: [] }),
    /** The products whose tokens are exchanged for sessions. */
    IDENTITY_ISSUERS: IdentityIssuers.default([]),
    /** Hours for which the secret of an API key works after its rotation. */
    API_KEY_OVERLAP_HOURS: Count('API_KEY_OVERLAP_HOURS', 0, 720).default(24),
  })
  // An unverified address proves nothing about its domain.
  .transform((set) => (set.REGISTRATION.mode === 'domain' ? { ...set, EMAIL_VERIFICATION: 'required' as const } : set))
  .refine((set) => set.MAIL_FROM !== null || !needsMail(set), {
    path: ['MAIL_FROM'],
    error:
      'Set MAIL_FROM to the address that mail comes from: with SMTP_URL or EMAIL_VERIFICATION=required it is needed.',
  })

/** A development server without SMTP_URL keeps its mails and sends none, so it needs no sender. */
function needsMail(set: { EMAIL_VERIFICATION: string; ENVIRONMENT: string; SMTP_URL: object | null }): boolean {
  return set.SMTP_URL !== null || (set.EMAIL_VERIFICATION === 'required' && set.ENVIRONMENT === 'production')
}

/** The validated settings of a deployment. */
export type Settings = z.output<typeof Environment>

/** Whether rate limits apply: only development can switch them off. Reads raw variables, because every frame asks. */
export function areRatesOn(env: { ENVIRONMENT?: string; RATE_LIMITS?: string }): boolean {
  if (process.env.NODE_ENV !== 'development') return true
  return env.ENVIRONMENT !== 'development' || env.RATE_LIMITS !== 'off'
}

/** Settings by the bindings object that they were parsed from: each actor of an isolate may have its own. */
const parsed = new WeakMap<object, Settings>()

/**
 * The settings of this deployment, parsed once per isolate and bindings object.
 * @throws {Error} that names every missing or wrong variable.
 */
export function settings(env: object): Settings {
  const known = parsed.get(env)
  if (known) return known
  const result = Environment.safeParse(env)
  if (!result.success) throw new Error(`Configuration: ${z.prettifyError(result.error)}`)
  parsed.set(env, result.data)
  return result.data
}

/** The secrets of this deployment: the first signs, and each verifies. */
export function secretsOf(env: object): readonly [current: string, ...previous: string[]] {
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS } = settings(env)
  return AUTH_SECRET_PREVIOUS === '' ? [AUTH_SECRET] : [AUTH_SECRET, AUTH_SECRET_PREVIOUS]
}
