/** Ids for messages that the server does not have yet. */

/** Makes an id of 128 random bits. A message that is sent twice with the same id is stored once. */
export const newClientId = (): string =>
  // Pages without TLS do not have `crypto.randomUUID`.
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (bits) => bits.toString(36)).join('-')
