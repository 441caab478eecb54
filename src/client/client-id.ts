/** Names for messages that the server has not seen yet. */

/** A new one: 128 random bits, so that sending a message twice is sending it once. */
export const newClientId = (): string =>
  // Not `crypto.randomUUID`, which pages without TLS do not have.
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (bits) => bits.toString(36)).join('-')
