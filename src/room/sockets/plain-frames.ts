/**
 * Validates the most frequent frame without the schema: nine of ten send a text and nothing else, and the schema costs more than
 * storing it. A test compares the result with that of the schema.
 */
import type { RawFrame } from '../../actor/sockets/receive'
import { LIMITS, type RoomUp } from '../../protocol'

/** Characters of a `ref` and of a `client_id`. */
const LONGEST_NAME = 64
const IS_CLIENT_ID = new RegExp(`^[^\\ufffd]{1,${LONGEST_NAME}}$`)

/** The command as the schema would return it; undefined when only the schema can decide. */
export function plainFrame(frame: RawFrame): RoomUp | undefined {
  if (frame.type !== 'send_message' || typeof frame.content !== 'string') return undefined
  const content = frame.content.trim()
  if (content.length > LIMITS.messageLength) return undefined
  const plain: Extract<RoomUp, { type: 'send_message' }> = { type: 'send_message', content }
  for (const key in frame) {
    const value = frame[key]
    if (key === 'type' || key === 'content') continue
    if (key === 'client_id' && typeof value === 'string' && IS_CLIENT_ID.test(value)) {
      plain.client_id = value
    } else if (key === 'ref' && typeof value === 'string' && value.length <= LONGEST_NAME) {
      plain.ref = value
    } else return undefined
  }
  return plain
}
