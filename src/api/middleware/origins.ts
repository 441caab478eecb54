/** The origin of this server, and the origins whose pages may call it: its own, and those that the operator lists. */
import { createMiddleware } from 'hono/factory'
import { type Settings, settings } from '../../config'
import type { Api } from '../context'

/**
 * With `PUBLIC_URL`, rewrites every request to that origin. Later code builds URLs and compares origins with
 * `c.req.url`, whose host would otherwise be the client's `Host` header.
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
 * Whether pages of `origin` may call the API. In development `*` allows all, and an empty list means `*`. A deployed
 * build has no `*`.
 */
export function isAllowedOrigin(origin: string, { ENVIRONMENT, ALLOWED_ORIGINS }: Settings): boolean {
  if (ENVIRONMENT === 'development' && (ALLOWED_ORIGINS.length === 0 || ALLOWED_ORIGINS.includes('*'))) return true
  return origin !== '*' && ALLOWED_ORIGINS.includes(origin)
}

/** Hosts that no public web site can have: RFC 6761 reserves them for tests and for the local computer. */
const UNREACHABLE = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|(?:.+\.)?(?:localhost|test))$/

/**
 * Whether pages of `origin` belong to this server. Without `PUBLIC_URL` the request's host decides. A deployed build
 * trusts it only over https, where the platform routes a host only to its owner's Worker. Over http the client can
 * write any host.
 */
export function isOwnPage(origin: string, url: string, { ENVIRONMENT, PUBLIC_URL }: Settings): boolean {
  if (PUBLIC_URL !== null) return origin === PUBLIC_URL
  const { protocol, hostname } = new URL(url)
  const isSure = ENVIRONMENT === 'development' || protocol === 'https:' || UNREACHABLE.test(hostname)
  return isSure && isOwnOrigin(origin, url)
}

/**
 * Whether a page of `origin` comes from the host of `url`. Behind a proxy that ends TLS, pages of https call over http.
 * A page of http never counts as one of https, because its sender may have forged the host.
 */
export function isOwnOrigin(origin: string, url: string): boolean {
  if (!URL.canParse(origin)) return false
  const [page, server] = [new URL(origin), new URL(url)]
  return page.origin === origin && page.host === server.host && ['https:', server.protocol].includes(page.protocol)
}
