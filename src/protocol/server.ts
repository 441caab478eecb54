/** The door for products: API keys, the server API for people, and the exchange of a host's token. */
import * as z from 'zod'
import { LIMITS } from './limits'
import { nameSchema, usernameSchema } from './names'
import { Timestamp } from './users'

/** What a key may do. `sign`: its holder signs tokens for people. */
export const API_KEY_SCOPES = ['users', 'rooms', 'messages', 'webhooks', 'sign'] as const
export const ApiKeyScope = z.enum(API_KEY_SCOPES)
export type ApiKeyScope = z.infer<typeof ApiKeyScope>

export const ApiKeyBody = z.object({
  name: nameSchema(100).pipe(z.string().min(1)),
  scopes: z
    .array(ApiKeyScope)
    .min(1)
    .transform((scopes) => [...new Set(scopes)]),
})

/** An API key as staff see it. The secret is shown only when it is made. */
export const ApiKey = z
  .object({
    id: z.int(),
    name: z.string(),
    scopes: z.array(ApiKeyScope),
    created_at: Timestamp,
    created_by: z.int().nullable(),
    /** When the secret was last rotated, and until when the one before still works. */
    rotated_at: Timestamp.nullable(),
    previous_until: Timestamp.nullable(),
  })
  .meta({ id: 'ApiKey' })
export type ApiKey = z.infer<typeof ApiKey>

export const NewApiKey = ApiKey.extend({ secret: z.string() }).meta({ id: 'NewApiKey' })
export type NewApiKey = z.infer<typeof NewApiKey>

/** The id that the host has for a person or a room. `id:` begins the other way to name one, by its number here. */
export const ExternalId = z
  .string()
  .min(1)
  .max(255)
  .refine((id) => !id.startsWith('id:') && !/[\p{Cc}\p{Cs}]/u.test(id), 'This is no external id.')

/** Free data of the host: one JSON object, at most `LIMITS.dataBytes` as JSON. */
export const CustomData = z
  .record(z.string(), z.json())
  .refine(
    (data) => new TextEncoder().encode(JSON.stringify(data)).length <= LIMITS.dataBytes,
    `This takes more than ${LIMITS.dataBytes} bytes as JSON.`,
  )
  .meta({ id: 'CustomData' })
export type CustomData = z.infer<typeof CustomData>

const PictureUrl = z
  .url({ protocol: /^https$/, error: 'Send a URL that begins with https://.' })
  .max(2_000)
  .nullable()

/** What a host says of a person. Fields that are absent stay as they are. */
export const ServerUserBody = z.strictObject({
  name: nameSchema(2 * LIMITS.nameLength + 1).optional(),
  username: usernameSchema(LIMITS.usernameLength).optional(),
  picture_url: PictureUrl.optional(),
  data: CustomData.optional(),
  disabled: z.boolean().optional(),
})
export type ServerUserBody = z.infer<typeof ServerUserBody>

export const ServerUsersBody = z.strictObject({
  users: z
    .array(ServerUserBody.extend({ external_id: ExternalId }))
    .min(1)
    .max(1_000),
})

/** Seconds that a session of the host lasts at most; without it, as long as one that a person began. */
export const ServerTokenBody = z.strictObject({ ttl: z.int().min(60).optional() })

/** A person as the host sees them. */
export const ServerUser = z
  .object({
    id: z.int(),
    external_id: z.string().nullable(),
    username: z.string(),
    name: z.string(),
    full_name: z.string(),
    picture_url: z.string().nullable(),
    profile_pic: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
    disabled: z.boolean(),
    created_at: Timestamp,
  })
  .meta({ id: 'ServerUser' })
export type ServerUser = z.infer<typeof ServerUser>

/** The result for one of many people: what was stored, or why it was not. */
export const ServerUsers = z
  .object({
    results: z.array(
      z.union([ServerUser, z.object({ external_id: z.string(), code: z.string(), detail: z.string() })]),
    ),
  })
  .meta({ id: 'ServerUsers' })

export const ExchangeBody = z.object({ token: z.string().min(1).max(16_384) })

/** Why a host's token was refused: the `reason` of `invalid_host_token`. */
export const HOST_TOKEN_REASONS = [
  'expired',
  'wrong_audience',
  'unknown_key',
  'bad_signature',
  'unknown_issuer',
  'not_yet_valid',
  'malformed',
  'lasts_too_long',
] as const
export type HostTokenReason = (typeof HOST_TOKEN_REASONS)[number]
