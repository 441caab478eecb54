/** The names of uploaded files: shown and used for downloads, never as storage keys. */
import { isVisible, LIMITS } from '../protocol'

/**
 * Control characters, those that reverse the direction of writing (`exe.gpj` can look like a picture), and others that
 * show nothing: two names that look the same must be the same. The joiners and selectors of Persian, Hindi and emoji
 * stay.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]|(?!\u200c|\u200d|[\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}/gu
/** Blanks can push an ending out of sight. Windows drops final dots and blanks: `a.exe.` is saved as `a.exe`. */
const BLANKS = /\s+/gu
const DROPPED_END = /[.\s]/u

/** A safe name without folders, never empty. A long name is cut before its ending, which names the type. */
export function fileName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const visible = last.replace(INVISIBLE, '').replace(BLANKS, ' ')
  // One by one from the end: a regular expression would start again at each of many dots.
  let end = visible.length
  while (end > 0 && DROPPED_END.test(visible[end - 1] ?? '')) end -= 1
  const name = visible.slice(0, end).trim()
  if (!isVisible(name)) return 'file'
  if (name.length <= LIMITS.fileNameLength) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : ''
  return name.slice(0, LIMITS.fileNameLength - ending.length).toWellFormed() + ending
}

/** The `Content-Disposition` of a download with this name (RFC 6266). */
export function contentDisposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
