/** How the Worker hands a socket over to an actor: who it is for travels in one header that only the Worker sets. */
import type { Caller } from '../rpc/caller'

const HEADER = 'x-parlour-upgrade'

/** What an actor learns of an upgrade. */
export interface Upgrade {
  caller: Caller
  query: URLSearchParams
  /** The sub-protocol to answer with, if the client came with one. */
  protocol: string | null
  /** Whether the caller's budget has plenty. */
  hasCredit: boolean
  /** People of the room who are online, as the directory knows; empty for sidebars and feeds. */
  online: number[]
  /** Members of the room whose presence the caller may not know. */
  hidden: number[]
}

/** The request to pass on. Built anew, so that nothing of the client's own headers gets through. */
export function upgradeRequest(url: URL, upgrade: Omit<Upgrade, 'query'>): Request {
  // Names are text in any script and headers are not: JSON is carried percent-encoded.
  const headers = { upgrade: 'websocket', [HEADER]: encodeURIComponent(JSON.stringify(upgrade)) }
  return new Request(url, { headers })
}

/** @throws {Error} when the request did not come from the Worker: actors have no other door. */
export function readUpgrade(request: Request): Upgrade {
  const header = request.headers.get(HEADER)
  if (!header) throw new Error('An upgrade without a caller')
  const upgrade = JSON.parse(decodeURIComponent(header)) as Omit<Upgrade, 'query'>
  return { ...upgrade, query: new URL(request.url).searchParams }
}
