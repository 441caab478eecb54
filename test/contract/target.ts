/** The server under test: any that claims to keep the contract. */

/** Somebody with staff rights, made by the server's own command. */
export interface Staff {
  identifier: string
  password: string
}

let aimed: { url: string; staff: Staff | undefined } | undefined

/** Names the server before the first question. `url` is its origin, without a path. */
export function aimAt(url: string, staff?: Staff): void {
  aimed = { url: new URL(url).origin, staff }
}

function target() {
  if (!aimed) throw new Error('No server to ask: call aimAt() first.')
  return aimed
}

/** Where the server is: scheme and host. */
export const origin = (): string => target().url

/** The same for sockets. */
export const socketOrigin = (): string => target().url.replace(/^http/, 'ws')

/** The staff account, where there is one. @throws {Error} when none was named */
export function staffAccount(): Staff {
  const { staff } = target()
  if (!staff) throw new Error('These tests need a staff account: --staff name:password')
  return staff
}
