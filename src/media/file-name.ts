/** The names that clients give to their files: shown and used for saving, never for storing. */
import { isVisible, LIMITS } from '../protocol'

/** Control characters, and those that turn the direction of writing: `exe.gpj` could be made to look like a picture. */
const INVISIBLE = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu

/** A name without folders and tricks, never empty. What does not fit is cut from the middle: its end says what it is. */
export function fileName(given: string): string {
  const last = given.toWellFormed().split(/[/\\]/).at(-1) ?? ''
  const name = last.replace(INVISIBLE, '').trim()
  if (/^\.*$/.test(name) || !isVisible(name)) return 'file'
  if (name.length <= LIMITS.fileNameLength) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : ''
  return name.slice(0, LIMITS.fileNameLength - ending.length).toWellFormed() + ending
}

/** The header under which a browser saves the file under its name (RFC 6266). */
export function asDownload(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
