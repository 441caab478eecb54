/** UUIDv7: the time in milliseconds and 72 random bits (RFC 9562). */

/** A new one. It names a message before the server has, so that sending it twice is sending it once. */
export function uuidv7(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  // Not `crypto.randomUUID`, which pages without TLS do not have.
  const bytes = [...crypto.getRandomValues(new Uint8Array(9))]
  const random = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6)}`
}
