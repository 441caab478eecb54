/**
 * The version of the public contract: paths, bodies, answers, frames and error codes. CONTRIBUTING.md says when to raise it;
 * `test/protocol/sockets.test.ts` fails when the wire changes and the version does not.
 */
export const PROTOCOL_VERSION = 10
