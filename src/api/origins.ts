/** Which web pages may call: cross-origin requests and sockets are for the origins that the operator named. */
import type { Settings } from '../config'

/**
 * Whether pages of `origin` may call. In development `*` means any, and nothing named means `*`; a deployed build
 * knows no `*`.
 */
export function isAllowedOrigin(origin: string, { ENVIRONMENT, ALLOWED_ORIGINS }: Settings): boolean {
  if (ENVIRONMENT === 'development' && (ALLOWED_ORIGINS.length === 0 || ALLOWED_ORIGINS.includes('*'))) return true
  return origin !== '*' && ALLOWED_ORIGINS.includes(origin)
}

/**
 * Whether a page of `origin` was served by the host that `url` asks. A server behind something that ends TLS is asked
 * over http for pages of https; what came over http, where anybody may have written it, never speaks for https.
 */
export function isOwnOrigin(origin: string, url: string): boolean {
  if (!URL.canParse(origin)) return false
  const [page, server] = [new URL(origin), new URL(url)]
  return page.origin === origin && page.host === server.host && ['https:', server.protocol].includes(page.protocol)
}
