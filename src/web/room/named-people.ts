/** The people that a text names after an @. */

const PERSON = /[@＠][\p{L}\p{M}\p{N}_.+-]+/uy

/** The word at an @, unless it is part of another. */
export function findPerson(text: string, at: number): { end: number; name: 'person' } | null {
  PERSON.lastIndex = at
  if (/[\p{L}\p{N}@]$/u.test(text.slice(Math.max(0, at - 2), at)) || !PERSON.test(text)) return null
  return { end: PERSON.lastIndex, name: 'person' }
}
