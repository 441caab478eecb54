/** `Link` headers of lists that go on (RFC 8288). */

/** The header for the part of a list after this one: the same request with a later `offset`. */
export function nextLink(url: string, { limit, offset }: { limit: number; offset: number }): string {
  const next = new URL(url)
  next.searchParams.set('limit', String(limit))
  next.searchParams.set('offset', String(offset + limit))
  return `<${next}>; rel="next"`
}
