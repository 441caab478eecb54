/** Bodies of requests. */
import { toWire } from '../dialect'

/** The JSON of a body, or a form if one of its fields is a file, because JSON cannot hold files. */
export function bodyOf(body: unknown): FormData | string | null {
  if (body === undefined) return null
  if (body instanceof FormData) return body
  const wire = toWire(body)
  const fields = Object.entries(wire as object).filter(([, value]) => value !== undefined)
  if (!fields.some(([, value]) => value instanceof Blob)) return JSON.stringify(wire)
  const form = new FormData()
  for (const [name, value] of fields) {
    // The form turns other values into text.
    for (const each of [value].flat()) form.append(name, each ?? '')
  }
  return form
}
