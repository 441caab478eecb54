/** References: a room or an account states that it shows a stored object, or has stopped showing it. */

/**
 * One holder that shows one object. References may arrive in any order and more than once: a holder that released an
 * object never shows it again, because message ids and storage keys are not reused.
 */
export interface Reference {
  /** Storage key. */
  key: string
  /** The holder: a message of a room, a room with this picture, or a user with this picture. */
  holder: string
  isActive: boolean
}
