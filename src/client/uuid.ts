/** UUIDv7: a time and 74 random bits (RFC 9562). */

/** A new one. It names a message before the server has, so that sending it twice is sending it once. */
export function uuidv7(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setUint16(0, Date.now() / 2 ** 32)
  new DataView(bytes.buffer).setUint32(2, Date.now())
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
