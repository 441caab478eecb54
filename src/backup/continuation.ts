/** The text that names the next part of an export: signed, so that no part of another room or export can follow. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { TIMES } from '../config'
import { ChatError } from '../protocol'
import type { ExportPoint } from './export'

// A seal is a digest of a mac, a newline and lines; this text is none of them.
const macOf = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(`continuation ${text}`).digest('base64url')

export function continuationOf(point: ExportPoint, key: Uint8Array): string {
  const text = Buffer.from(JSON.stringify(point)).toString('base64url')
  return `${text}.${macOf(key, text)}`
}

/** @throws {ChatError} `invalid` when it is not of this deployment, of another room, or too old */
export function pointOf(continuation: string, room: number, key: Uint8Array, now: number): ExportPoint {
  const [text = '', mac = ''] = continuation.split('.')
  const expected = macOf(key, text)
  const isOurs = mac.length === expected.length && timingSafeEqual(Buffer.from(mac), Buffer.from(expected))
  const point = isOurs ? (JSON.parse(Buffer.from(text, 'base64url').toString()) as ExportPoint) : null
  if (!point || point.room !== room || point.began < now - TIMES.backupTransfer) {
    throw new ChatError('invalid', { detail: 'This export cannot be continued here: begin it again.' })
  }
  return point
}
