/** Every lifetime and bound, each with its reason, and the environment variables, parsed once. */
import * as z from 'zod'

import { LIMITS } from './protocol/limits'
import type { AttemptRate, Rate } from './protocol/rate'
import { ADDRESS_CLASSES, RATE_CLASSES, WORK } from './protocol/rate-classes'
import type { RegistrationPolicy } from './protocol/registration'
import { parseBytes } from './protocol/storage'

export { LIMITS }

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long things live or wait, in milliseconds. */
export const TIMES = {
  /** Short, because a token cannot be taken back before it ends except by asking the directory. */
  accessToken: 1 * HOUR,
  /** A session unused for this long ends; each refresh starts the time again. */
  refreshToken: 30 * DAY,
  /** Whatever is refreshed, a session ends after this. */
  sessionMost: 180 * DAY,
  /** A session that is over is forgotten after this, when its owner next signs in. */
  sessionKept: 30 * DAY,
  /** A socket ticket stands in a URL, so it is useless within a minute. */
  socketTicket: 1 * MINUTE,
  /** A code is read and typed within this; mail that is slower than that is of no use anyway. */
  code: 10 * MINUTE,
  /** A code's row is kept this long after it was sent: tries at it are not forgotten with it. */
  codeKept: 1 * HOUR,
  /** Another address is confirmed within this, or asked for anew. */
  addressChange: 1 * HOUR,
  /** The code that puts an address back which another was to replace: the owner may be on a journey. */
  addressUndo: 7 * DAY,
  /** The long code in a mail about a forgotten password: strangers can use up a day's mails, but not all codes in them. */
  recoveryCode: 1 * DAY,
  /** An account to be waits this long for its address to be verified. Shorter than `uploadKept`: it may have a picture. */
  registration: 1 * DAY,
  /** A device from which nobody has signed in for so long is known no more. */
  deviceKnown: 180 * DAY,
  /** After signing in, what only the account's owner may do needs no password for this long. */
  freshSignIn: 5 * MINUTE,
  /** Handing one mail over takes no longer; three tries and the waits between them end within the 30 s after an answer. */
  mail: 7 * SECOND,
  /** A mail of which nobody may notice whether there is one is begun when the answer has surely left. */
  mailHidden: 50,
  /** Waits before the second and the third try. */
  mailRetries: [1 * SECOND, 4 * SECOND],
  /** One live sidebar hears of one room at most this often: under four times a second by any clock, and looks immediate. */
  sidebarPush: 260,
  /** A room that spoke to a list within this time may be about to speak again: it is asked before the list is read. */
  recentReport: 2 * SECOND,
  /**
   * A client that opens more than `BOUNDS.flappingOpenings` lists within this time closes each before it has read it. Long enough
   * to count that many openings at the pace that the class `socket` allows (one in 0.45 s).
   */
  flapping: 5 * SECOND,
  /** A list that closes so soon after its upgrade was answered was not read. */
  flapClose: 2 * SECOND,
  /** After more than `BOUNDS.flappingOpenings` such closings, upgrades wait for so long as the last of them are no older than this. */
  flapMemory: 30 * SECOND,
  /** A flapping list is sent each change again for so long. */
  flapRepeats: 20 * SECOND,
  /** The upgrade of a flapping list waits so long for a change. */
  flapHold: 2 * SECOND,
  /** The pause in milliseconds between answers with a change that was sent `BOUNDS.flapAnswers` times. */
  flapPause: 450,
  /** An actor stays in memory for at least this long after its last event (developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle). */
  minimumAwake: 10 * SECOND,
  /** A budget that has not answered by then is not waited for: one neighbour that hangs delays nobody's message. */
  budget: 3 * SECOND,
  /** So long a budget that said it had plenty is believed, by each actor: nobody can have many act before it knows. */
  credit: 60 * SECOND,
  /** What is to be paced waits for at most this long, and is refused if its turn comes later. */
  paced: 2 * SECOND,
  /** What a room owes its sidebars is pushed again this long after the first attempt, if it was not known to arrive. */
  sidebarPushRetry: 1 * SECOND,
  /** A message that people react to is told again at most this often. */
  reactionPush: 250,
  /** Between two steps of a search index that is being rebuilt, others are served. */
  searchRebuild: 100,
  /** A read or delivered cursor is written at most this often per person. */
  cursorWrite: 1 * SECOND,
  /** Typing is passed on at most this often per person, and ends by itself after the second figure. */
  typing: 2 * SECOND,
  typingEnds: 6 * SECOND,
  /** Reconnecting within this time does not show as going offline. */
  presenceGrace: 8 * SECOND,
  /**
   * By whose socket pings came, and then none for this long, is gone: clients send one every 25 s and wait ten more for
   * the answer. With the grace after it, nobody who fell silent is shown as online after a minute.
   */
  silentSocket: 45 * SECOND,
  /** Who is online is looked after again when their sidebar wakes this long after it last was: sockets can vanish untold. */
  presenceCheck: 10 * MINUTE,
  /** Waits between deliveries of what is owed: doubled up to the second figure, after ten of them up to the third. */
  outboxFirst: 1 * SECOND,
  outboxSoon: 4 * SECOND,
  outboxMost: 5 * MINUTE,
  /** The directory is down when it has not answered by then: clients get their 503 within five seconds. */
  directory: 4 * SECOND,
  /** A socket that is being brought up to date and has taken nothing for this long has stopped reading. */
  stalledSocket: 20 * SECOND,
  /** A call to a neighbour that has not answered by then counts as failed. */
  call: 10 * SECOND,
  /** R2 is down when it has not answered by then: clients get their 503 within five seconds. */
  media: 4 * SECOND,
  /** What `/health` asks is down when it has not answered by then, and what it found holds for the second figure. */
  healthCheck: 2 * SECOND,
  healthFresh: 1 * SECOND,
  /** An erasure that was announced and is not in the directory by then came to nothing. */
  erasureTimeout: 5 * MINUTE,
  /** An upload waits this long for others to leave the memory that all of them share. */
  uploadWait: 30 * SECOND,
  /** The URL of an image works at least this long: a tab left open over night still shows its pictures. */
  mediaUrl: 1 * DAY,
  /** A restore that has not come to its end by then has been given up. */
  restore: 1 * HOUR,
  /** Whoever declined an invitation back to a room is not asked again before this. */
  inviteCooldown: 30 * DAY,
  /** An upload may be attached to a message for this long. */
  upload: 24 * HOUR,
  /** What a message is about to show is kept this long: what it shows is known by then. */
  uploadReserved: 1 * HOUR,
  /** What nothing holds is removed this long after its upload: what was attached at the last moment is known by then. */
  uploadKept: 25 * HOUR,
} as const

/** Counts that bound one actor's work, with the platform's reason. */
export const BOUNDS = {
  /** Events read and sent at a time on resume, so that 10,000 missed ones never hold the actor for long. */
  resumeChunk: 500,
  /** Characters sent at a time on resume: well below what may wait for one socket, whatever they take up in bytes. */
  resumeLength: 128 * 1024,
  /** Calls to neighbours under way at once: the platform allows six open connections per event. */
  callsAtOnce: 6,
  /** Lists that one person may open within `TIMES.flapping` and be believed to read: some devices, a page loaded again. */
  flappingOpenings: 4,
  /** Answers at once that a flapping list gets with one change: it misses most of them. */
  flapAnswers: 8,
  /** Rooms told when a person comes online or goes, newest activity first. */
  presenceRooms: 50,
  /** Bytes of an upload in memory at a time, and of each part R2 gets: its parts are equal, and at least 5 MiB. */
  uploadPart: 5 * 1024 * 1024,
  /** Bytes of uploads in memory at once in one isolate, which has 128 MB: what is being stored is held twice. */
  uploadMemory: 40 * 1024 * 1024,
  /** Characters of rows in one page of a room's archive: an answer between actors takes 32 MiB. */
  archivePage: 1_000_000,
  /** Bytes of a stored object in one line of a backup, and the longest line that is read. */
  backupPiece: 192 * 1024,
  backupLine: 1024 * 1024,
  /** Bytes of a backup after which it is sealed: as much, and a line, is held until the seal is known to fit. */
  backupPart: 512 * 1024,
  /** Stored objects removed, and holds on them told, at a time: R2 takes 1,000 keys in one request. */
  mediaBatch: 500,
  /** Above this size a room shows who was online on opening it, but is not told of each coming and going. */
  presenceRoomSize: 100,
  /** People who do not talk with somebody but share a group, told that they are seen when that person comes online. */
  onlineViewers: 50,
  /** Lists in which one person's typing is shown: it is a courtesy, and each is a call. */
  typingLists: 20,
  /** Mails with codes to one address for one purpose, whoever asks, besides what devices known to the account ask for. */
  mailsHourly: { limit: 20, per: 1 * HOUR },
  mailsDaily: { limit: 40, per: 1 * DAY },
  /** Devices known of one account, the newest first. */
  knownDevices: 20,
  /** Mails that a development server keeps to be looked at. */
  devMails: 100,
  /** Rooms asked by one search, newest activity first: the platform bounds the calls of one request. */
  searchRooms: 200,
  /** scrypt's cost. OWASP's row for 16 MiB; the platform refuses N·r·p above 2^20 and has 128 MB per isolate. */
  scrypt: { N: 2 ** 14, r: 8, p: 5 },
} as const

/**
 * How often people may do things before they are asked to wait. Generous to people, classes behind one address and
 * programs that fill a room; they are there for guessing and for floods. `RATE_LIMITS=off` is for load tests.
 */
export const RATES = {
  /**
   * Wrong passwords: for one name from one network; of an account from a device that has signed in to it before, which
   * counts for itself. Delays grow to an hour.
   */
  login: { limit: 10, per: 10 * HOUR, first: 1 * MINUTE, most: 1 * HOUR },
  /** Wrong passwords for one name from everywhere, and from one network for all names, without the devices known to it. */
  loginName: { limit: 100, per: 25 * HOUR, first: 1 * MINUTE, most: 15 * MINUTE },
  loginAddress: { limit: 100, per: 2_000 * SECOND, first: 5 * SECOND, most: 5 * MINUTE },
  /** Wrong passwords of one session, where a password is asked for again. */
  password: { limit: 10, per: 10 * HOUR, first: 1 * MINUTE, most: 1 * HOUR },
  /** Wrong codes sent from one network. */
  wrongCode: { limit: 100, per: 2_000 * SECOND, first: 5 * SECOND, most: 5 * MINUTE },
  /** Other addresses asked for by one account: each is two mails. */
  addressChange: { limit: 5, per: 1 * HOUR },
  /** Accounts made from one network. */
  register: { limit: 300, per: 1 * HOUR },
  /** Codes asked for from one network, or by a device known to the account: for one mailbox, and for all together. */
  codesTo: { limit: LIMITS.codesPerHour, per: 1 * HOUR },
  codes: { limit: 100, per: 1 * HOUR },
  // What belongs to a person is in `src/protocol/rate-classes.ts`: they are part of the contract.
  ...RATE_CLASSES,
  ...ADDRESS_CLASSES,
  work: WORK,
} as const satisfies Record<string, Rate | AttemptRate>

/** WebSocket close codes of the contract. */
export const CLOSE = {
  abuse: 4400,
  sessionEnded: 4401,
  notMember: 4403,
  roomGone: 4404,
  tooSlow: 4408,
  tooMany: 4429,
} as const

/** A sender: `Name <address>`, or an address alone. */
const Sender = z.string().transform((text, context) => {
  const set = text.trim()
  if (set === '') return null
  const [, name = '', email = ''] = /^"?([^"<>\r\n]*?)"?\s*<([^<>]+)>$/.exec(set) ?? ['', '', set]
  if (z.email().safeParse(email).success) return { name, email }
  context.addIssue('MAIL_FROM must be an e-mail address, or "Name <address>".')
  return z.NEVER
})
/** Whom mail comes from. */
export type Sender = NonNullable<z.output<typeof Sender>>

/** Cloudflare lets no connection out to this port (developers.cloudflare.com/workers/runtime-apis/tcp-sockets). */
const BLOCKED_PORT = 25

/** A mail server: `smtps://` is encrypted from the first byte (465), `smtp://` from the server's STARTTLS on (587). */
const SmtpServer = z.string().transform((text, context) => {
  if (text === '') return null
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url?.hostname || !['smtp:', 'smtps:'].includes(url.protocol)) {
    context.addIssue('SMTP_URL must be like smtps://user@mail.example or smtp://user@mail.example:587.')
    return z.NEVER
  }
  const secure = url.protocol === 'smtps:'
  const port = Number(url.port) || (secure ? 465 : 587)
  if (port === BLOCKED_PORT) {
    context.addIssue('SMTP_URL names port 25, to which Cloudflare lets nothing out: use 465 or 587.')
    return z.NEVER
  }
  const [username, password] = [url.username, url.password].map(decodeURIComponent) as [string, string]
  return { host: url.hostname, port, secure, username, password }
})
/** A mail server, and who we are there. Without a username nobody in particular. */
export type SmtpServer = NonNullable<z.output<typeof SmtpServer>>

/** The origin of the URL that people open, or null where it is not set. */
const PublicUrl = z.string().transform((text, context) => {
  if (text === '') return null
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !url.username) return url.origin
  context.addIssue('PUBLIC_URL must be a scheme and a host, like https://chat.example.')
  return z.NEVER
})

/** A number of bytes like `2 GB`, or `off`: null. */
const Quota = (name: string) =>
  z.string().transform((text, context) => {
    if (text.trim() === 'off') return null
    const bytes = parseBytes(text)
    if (bytes !== undefined && bytes > 0) return bytes
    context.addIssue(`${name} must be a size like "2 GB" (1 GB = 1,000,000,000 bytes), or "off".`)
    return z.NEVER
  })

const Count = (name: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `${name} must be a whole number.`)
    .transform(Number)
    .pipe(z.number().min(least, `${name} must be at least ${least}.`).max(most, `${name} must be at most ${most}.`))

/** One domain: labels of letters, digits and hyphens, an international one in ASCII (xn--). */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d-]{2,63}$/

/** `open`, `invite`, `closed`, or `domain:a.example,b.example`. */
const Registration = z.string().transform((text, context): RegistrationPolicy => {
  const [mode = '', list = '', ...rest] = text.trim().toLowerCase().split(':')
  const domains = list.split(',').map((domain) => domain.trim().replace(/^@/, ''))
  if (mode === 'domain' && rest.length === 0 && domains.every((domain) => DOMAIN.test(domain))) return { mode, domains }
  if ((mode === 'open' || mode === 'invite' || mode === 'closed') && !text.includes(':')) return { mode, domains: [] }
  context.addIssue(
    'REGISTRATION must be "open", "invite", "closed" or "domain:" with domains: "domain:a.example,b.example".',
  )
  return z.NEVER
})

const Environment = z
  .object({
    AUTH_SECRET: z.string().min(32, 'AUTH_SECRET must have at least 32 characters; `npm start` makes one.'),
    /** The secret before this one, kept after a rotation: what was made with it stays readable. Empty without one. */
    AUTH_SECRET_PREVIOUS: z
      .union(
        [z.literal(''), z.string().min(32)],
        'AUTH_SECRET_PREVIOUS must be the whole secret that was in use before.',
      )
      .default(''),
    EMAIL_VERIFICATION: z.enum(['required', 'optional']).default('optional'),
    /**
     * Where people open this server. URLs in answers and frames begin with it, and pages of it are this server's own,
     * whatever `Host` a request names.
     */
    PUBLIC_URL: PublicUrl.default(null),
    /** Comma-separated origins of pages that may call from a browser; `*` in development only. */
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
     * `development` serves `/dev/mail/` and `/dev/demo/`, keeps mails and honours RATE_LIMITS=off, in a development
     * build only: `wrangler deploy` compiles all of that out, and its build is `production` whatever the variable says.
     */
    ENVIRONMENT: z
      .enum(['development', 'production'])
      .default('production')
      .transform((named) => (process.env.NODE_ENV === 'development' ? named : 'production')),
    RATE_LIMITS: z.enum(['on', 'off']).default('on'),
    MAIL_FROM: Sender.default(null),
    /** Mail goes through this server; without one, through Cloudflare's `send_email`. */
    SMTP_URL: SmtpServer.default(null),
    /** A secret, for an SMTP_URL that stands where people read it. */
    SMTP_PASSWORD: z.string().default(''),
    /** What one person's images and files may take in R2, and what one room's database and attachments may take. */
    STORAGE_PER_PERSON: Quota('STORAGE_PER_PERSON').default(parseBytes('2 GB') ?? null),
    STORAGE_PER_ROOM: Quota('STORAGE_PER_ROOM').default(parseBytes('5 GB') ?? null),
    /** Notifications that one person's feed keeps, and for how many days those that were read. */
    NOTIFICATIONS_KEPT: Count('NOTIFICATIONS_KEPT', 50, 100_000).default(1_000),
    NOTIFICATION_DAYS: Count('NOTIFICATION_DAYS', 1, 3_650).default(90),
    /** The public half of the operator's key, without which no room is exported or restored. */
    OPERATOR_PUBLIC_KEY: z
      .string()
      .trim()
      .regex(/^([\w-]{43})?$/, 'OPERATOR_PUBLIC_KEY must be what `npm run admin -- operator-key` printed.')
      .default(''),
    /** Whether the members of a room are notified when it is exported. */
    EXPORT_NOTICE: z.enum(['on', 'off']).default('off'),
    /** Whom `/api/users/` lists: everybody, the people whom the asker is connected to, or nobody. */
    DIRECTORY_VISIBILITY: z.enum(['all', 'rooms', 'none']).default('all'),
    /** Who may register. */
    REGISTRATION: Registration.default({ mode: 'open', domains: [] }),
  })
  // An address that nobody has proved says nothing about its domain.
  .transform((set) => (set.REGISTRATION.mode === 'domain' ? { ...set, EMAIL_VERIFICATION: 'required' as const } : set))
  .refine((set) => set.MAIL_FROM !== null || !needsMail(set), {
    path: ['MAIL_FROM'],
    error:
      'Set MAIL_FROM to the address that mail comes from: with SMTP_URL or EMAIL_VERIFICATION=required it is needed.',
  })

/** A development server without a mail server of its own sends nothing anywhere, so it needs no sender. */
function needsMail(set: { EMAIL_VERIFICATION: string; ENVIRONMENT: string; SMTP_URL: object | null }): boolean {
  return set.SMTP_URL !== null || (set.EMAIL_VERIFICATION === 'required' && set.ENVIRONMENT === 'production')
}

/** What the operator can set, validated. */
export type Settings = z.output<typeof Environment>

/** Whether `RATES` hold: always, but in development, where they can be switched off. Asked of each frame, so unparsed. */
export function areRatesOn(env: { ENVIRONMENT?: string; RATE_LIMITS?: string }): boolean {
  if (process.env.NODE_ENV !== 'development') return true
  return env.ENVIRONMENT !== 'development' || env.RATE_LIMITS !== 'off'
}

/** By the bindings they were made from: handlers and actors of one isolate may each have an object of their own. */
const parsed = new WeakMap<object, Settings>()

/**
 * The settings of this deployment, parsed once per isolate and object of bindings.
 * @throws {Error} naming every variable that is missing or wrong.
 */
export function settings(env: object): Settings {
  const known = parsed.get(env)
  if (known) return known
  const result = Environment.safeParse(env)
  if (!result.success) throw new Error(`Configuration: ${z.prettifyError(result.error)}`)
  parsed.set(env, result.data)
  return result.data
}

/** The secrets of this deployment: everything is made with the first, and what any of them made is read. */
export function secretsOf(env: object): readonly [current: string, ...previous: string[]] {
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS } = settings(env)
  return AUTH_SECRET_PREVIOUS === '' ? [AUTH_SECRET] : [AUTH_SECRET, AUTH_SECRET_PREVIOUS]
}
