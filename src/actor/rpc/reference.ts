/** How whoever shows a stored image or file tells its uploader's account that it does, or does so no more. */

/**
 * One place that shows one object. Told in any order and any number of times: once released, a place never holds the
 * same object again, because message ids and storage keys are not given out twice.
 */
export interface Reference {
  /** Storage key. */
  key: string
  /** The place: a room and a message, a room whose picture it is, a person whose picture it is. */
  holder: string
  isActive: boolean
}
