/** Request bodies that may hold files. */

/** The same as a form where a file is among it, because JSON has none. */
export function withFiles(fields: object): object {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  if (!entries.some(([, value]) => value instanceof Blob)) return fields
  const form = new FormData()
  for (const [name, value] of entries) {
    for (const each of Array.isArray(value) ? value : [value]) {
      // Whatever is no file is made a text by the form.
      form.append(name, each ?? '')
    }
  }
  return form
}
