/** Parsers for the values of settings: senders, servers, URLs, quotas and policies. */
import * as z from 'zod'
import type { RegistrationPolicy } from '../protocol/registration'
import { parseBytes } from '../protocol/storage'

/** A sender: `Name <address>`, or an address alone. */
export const Sender = z.string().transform((text, context) => {
  const set = text.trim()
  if (set === '') return null
  const [, name = '', email = ''] = /^"?([^"<>\r\n]*?)"?\s*<([^<>]+)>$/.exec(set) ?? ['', '', set]
  if (z.email().safeParse(email).success) return { name, email }
  context.addIssue('MAIL_FROM must be an e-mail address, or "Name <address>".')
  return z.NEVER
})
export type Sender = NonNullable<z.output<typeof Sender>>

/** Cloudflare blocks outgoing connections to this port (developers.cloudflare.com/workers/runtime-apis/tcp-sockets). */
const BLOCKED_PORT = 25

/** A mail server. `smtps://` encrypts from the first byte (port 465), `smtp://` from STARTTLS on (port 587). */
export const SmtpServer = z.string().transform((text, context) => {
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
/** An empty `username` means that the server asks for no credentials. */
export type SmtpServer = NonNullable<z.output<typeof SmtpServer>>

/** The origin of the URL that people open, or null. */
export const PublicUrl = z.string().transform((text, context) => {
  if (text === '') return null
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/` && !url.username) return url.origin
  context.addIssue('PUBLIC_URL must be a scheme and a host, like https://chat.example.')
  return z.NEVER
})

/** A number of bytes like `2 GB`, or null for `off`. `name` is the variable, for the error. */
export const Quota = (name: string) =>
  z.string().transform((text, context) => {
    if (text.trim() === 'off') return null
    const bytes = parseBytes(text)
    if (bytes !== undefined && bytes > 0) return bytes
    context.addIssue(`${name} must be a size like "2 GB" (1 GB = 1,000,000,000 bytes), or "off".`)
    return z.NEVER
  })

/** A whole number from `least` to `most`. `name` is the variable, for the error. */
export const Count = (name: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `${name} must be a whole number.`)
    .transform(Number)
    .pipe(z.number().min(least, `${name} must be at least ${least}.`).max(most, `${name} must be at most ${most}.`))

/** One domain: labels of letters, digits and hyphens. International domains are in ASCII (xn--). */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+[a-z\d-]{2,63}$/

/** `open`, `invite`, `closed`, or `domain:a.example,b.example`. */
export const Registration = z.string().transform((text, context): RegistrationPolicy => {
  const [mode = '', list = '', ...rest] = text.trim().toLowerCase().split(':')
  const domains = list.split(',').map((domain) => domain.trim().replace(/^@/, ''))
  if (mode === 'domain' && rest.length === 0 && domains.every((domain) => DOMAIN.test(domain))) return { mode, domains }
  if ((mode === 'open' || mode === 'invite' || mode === 'closed') && !text.includes(':')) return { mode, domains: [] }
  context.addIssue(
    'REGISTRATION must be "open", "invite", "closed" or "domain:" with domains: "domain:a.example,b.example".',
  )
  return z.NEVER
})

const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

/** https, or http on this machine: `development` is checked where the keys are fetched. */
const KeysUrl = z.url({ protocol: /^https?$/, error: 'jwks_uri must be an https:// URL.' })

const IdentityIssuer = z
  .strictObject({
    issuer: z.string().min(1),
    audience: z.string().min(1),
    jwks_uri: KeysUrl.optional(),
    public_jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) }).optional(),
    /** Without them, every asymmetric one that the key is for. */
    algorithms: z
      .array(z.enum(ASYMMETRIC))
      .min(1)
      .default([...ASYMMETRIC]),
    claims: z.object({ name: z.string(), picture: z.string(), email: z.string() }).partial().default({}),
    /** Whether people may change their names and picture here. */
    editable: z.boolean().default(false),
  })
  .refine((set) => (set.jwks_uri === undefined) !== (set.public_jwks === undefined), 'Set jwks_uri or public_jwks.')

/** A product that signs tokens for its people. */
export type IdentityIssuer = z.output<typeof IdentityIssuer>

/** JSON: an array of issuers, each once. */
export const IdentityIssuers = z.string().transform((text, context): IdentityIssuer[] => {
  if (text.trim() === '') return []
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    context.addIssue('IDENTITY_ISSUERS must be a JSON array.')
    return z.NEVER
  }
  const read = z.array(IdentityIssuer).safeParse(value)
  if (!read.success) {
    context.addIssue(`IDENTITY_ISSUERS: ${z.prettifyError(read.error)}`)
    return z.NEVER
  }
  if (new Set(read.data.map(({ issuer }) => issuer)).size === read.data.length) return read.data
  context.addIssue('IDENTITY_ISSUERS names an issuer twice.')
  return z.NEVER
})
