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

/** Whether a page of `origin` was served by the host that `url` asks. */
export function isOwnOrigin(origin: string, url: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host
}
