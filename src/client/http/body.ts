/** Request bodies that may hold files. */
import { toWire } from '../dialect'

/** Turns fields into a form if one of them is a file, because JSON cannot hold files. */
export function withFiles(fields: object): object {
  const entries = Object.entries(toWire(fields) as object).filter(([, value]) => value !== undefined)
  if (!entries.some(([, value]) => value instanceof Blob)) return fields
  const form = new FormData()
  for (const [name, value] of entries) {
    // The form turns other values into text.
    for (const each of [value].flat()) form.append(name, each ?? '')
  }
  return form
}
