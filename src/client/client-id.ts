/** Ids for messages that the server does not have yet. */

/** Makes an id of 128 random bits. A message that is sent twice with the same id is stored once. */
export const newClientId = (): string =>
  Array.from({ length: 4 }, () => {
    // Pages without TLS do not have `crypto.randomUUID`, and React Native does not have `crypto`.
    const [bits] = (globalThis as { crypto?: typeof crypto }).crypto?.getRandomValues(new Uint32Array(1)) ?? []
    return (bits ?? Math.floor(Math.random() * 2 ** 32)).toString(36)
  }).join('-')
