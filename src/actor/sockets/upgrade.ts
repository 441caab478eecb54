/** Hands an upgrade from the Worker to an actor. The caller travels in one header that only the Worker sets. */
import type { Caller } from '../rpc/caller'

const HEADER = 'x-parlour-upgrade'

/** An upgrade as an actor receives it. */
export interface Upgrade {
  caller: Caller
  query: URLSearchParams
  /** The sub-protocol to answer with, if the client came with one. */
  protocol: string | null
  /** Whether the caller's budget gives credit. */
  hasCredit: boolean
  /** Members of the room who are online according to the directory; empty for sidebars and feeds. */
  online: number[]
  /** Members of the room whose presence the caller may not see; null when that is not known. */
  hidden: number[] | null
}

/** The request for the actor. It is built anew, so that no header of the client reaches the actor. */
export function upgradeRequest(url: URL, upgrade: Omit<Upgrade, 'query'>): Request {
  // Names may be in any script, and headers are ASCII: the JSON is percent-encoded.
  const headers = { upgrade: 'websocket', [HEADER]: encodeURIComponent(JSON.stringify(upgrade)) }
  return new Request(url, { headers })
}

/** @throws {Error} when the request did not come from the Worker, the only way to an actor */
export function readUpgrade(request: Request): Upgrade {
  const header = request.headers.get(HEADER)
  if (!header) throw new Error('An upgrade without a caller')
  const upgrade = JSON.parse(decodeURIComponent(header)) as Omit<Upgrade, 'query'>
  return { ...upgrade, query: new URL(request.url).searchParams }
}
