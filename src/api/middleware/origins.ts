/** Where this server is, and which web pages may call: its own, and those of the origins that the operator named. */
import { createMiddleware } from 'hono/factory'
import { type Settings, settings } from '../../config'
import type { Api } from '../context'

/**
 * With `PUBLIC_URL` every request is handled as one to that URL: what follows builds URLs and compares origins by
 * `c.req.url`, whose host is otherwise whatever the client wrote into `Host`.
 */
export const atPublicUrl = createMiddleware<Api>(async (c, next) => {
  const { PUBLIC_URL } = settings(c.env)
  const { url } = c.req
  if (PUBLIC_URL !== null && !url.startsWith(`${PUBLIC_URL}/`)) {
    const { pathname, search } = new URL(url)
    c.req.raw = new Request(PUBLIC_URL + pathname + search, c.req.raw)
  }
  await next()
})

/**
 * Whether pages of `origin` may call. In development `*` means any, and nothing named means `*`; a deployed build
 * knows no `*`.
 */
export function isAllowedOrigin(origin: string, { ENVIRONMENT, ALLOWED_ORIGINS }: Settings): boolean {
  if (ENVIRONMENT === 'development' && (ALLOWED_ORIGINS.length === 0 || ALLOWED_ORIGINS.includes('*'))) return true
  return origin !== '*' && ALLOWED_ORIGINS.includes(origin)
}

/** Names and addresses that no web site can have: RFC 6761 reserves them for tests and for one's own computer. */
const UNREACHABLE = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?(?:localhost|test))$/

/**
 * Whether pages of `origin` are this server's own. Without `PUBLIC_URL` that is known by the host of the request, which a
 * deployed build believes only where it cannot be forged: over https the platform sends a host to no Worker but that of
 * its owner, and what came over http names whatever its sender wrote.
 */
export function isOwnPage(origin: string, url: string, { ENVIRONMENT, PUBLIC_URL }: Settings): boolean {
  if (PUBLIC_URL !== null) return origin === PUBLIC_URL
  const { protocol, hostname } = new URL(url)
  const isSure = ENVIRONMENT === 'development' || protocol === 'https:' || UNREACHABLE.test(hostname)
  return isSure && isOwnOrigin(origin, url)
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
