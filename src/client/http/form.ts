/** Request bodies that may hold files. */

/** Turns fields into a form if one of them is a file, because JSON cannot hold files. */
export function withFiles(fields: object): object {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  if (!entries.some(([, value]) => value instanceof Blob)) return fields
  const form = new FormData()
  for (const [name, value] of entries) {
    for (const each of Array.isArray(value) ? value : [value]) {
      // The form turns other values into text.
      form.append(name, each ?? '')
    }
  }
  return form
}
