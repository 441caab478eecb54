/**
 * The id of an upload: its attachment and its owner, signed. A room can attach an upload to a message without a call, and
 * only the owner's id is accepted from the owner.
 */
import { env } from 'cloudflare:workers'
import * as z from 'zod'
import { isMac, mac } from '../auth/keys'
import { secretsOf, TIMES } from '../config'
import type { UserId } from '../protocol'
import { ownerOf } from './urls'

const UploadKind = z.enum(['image', 'file'])
export type UploadKind = z.infer<typeof UploadKind>

/** A stored image or file on a message. `name` is empty for images. */
export interface Attachment {
  key: string
  name: string
  type: string
  size: number
  width: number | null
  height: number | null
}

const Claims = z.object({
  kind: UploadKind,
  key: z.string(),
  name: z.string(),
  type: z.string(),
  size: z.int(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** In milliseconds since 1970. */
  expires: z.int(),
})

/** Makes the id by which the owner may attach an upload for the next `TIMES.upload`. */
export function uploadId(kind: UploadKind, attachment: Attachment, now: number): string {
  const claims: z.infer<typeof Claims> = { kind, ...attachment, expires: now + TIMES.upload }
  const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
  return `${text}.${mac(env.AUTH_SECRET, 'upload id', text)}`
}

/** The attachment behind `id`; undefined unless it is an unexpired upload of this kind by this user. */
export function readUploadId(id: string, kind: UploadKind, owner: UserId, now: number): Attachment | undefined {
  const [text = '', digest = '', ...rest] = id.split('.')
  if (rest.length > 0 || !isMac(secretsOf(env), 'upload id', text, digest)) return undefined
  const { expires, kind: its, ...attachment } = Claims.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  return its === kind && ownerOf(attachment.key) === owner && expires > now ? attachment : undefined
}
