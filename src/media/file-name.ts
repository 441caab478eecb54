/** The names that clients give to their files: shown and used for saving, never for storing. */
import { isVisible, LIMITS } from '../protocol'

/**
 * Control characters, those that turn the direction of writing (`exe.gpj` could be made to look like a picture), and
 * others that show nothing: two files of one name are not to be told apart only by a program. The joiners and selectors
 * that Persian, Hindi and emoji are written with stay.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]|(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}/gu
/** Blanks that push an ending out of sight, and what Windows drops from the end of a name: `a.exe.` is saved as `a.exe`. */
const BLANKS = /\s+/gu
const DROPPED_END = /[.\s]/u

/** A name without folders and tricks, never empty. What does not fit is cut from the middle: its end says what it is. */
export function fileName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const visible = last.replace(INVISIBLE, '').replace(BLANKS, ' ')
  // From the end, one by one: a pattern would begin anew at each of many dots.
  let end = visible.length
  while (end > 0 && DROPPED_END.test(visible[end - 1] ?? '')) end -= 1
  const name = visible.slice(0, end).trim()
  if (!isVisible(name)) return 'file'
  if (name.length <= LIMITS.fileNameLength) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : ''
  return name.slice(0, LIMITS.fileNameLength - ending.length).toWellFormed() + ending
}

/** The header under which a browser saves the file under its name (RFC 6266). */
export function contentDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
