/** Which URLs a webhook may have: public https addresses, and loopback addresses in development. Pure. */

/** Networks that are not public (IANA special-purpose registries), as address and prefix length. */
const PRIVATE_V4: [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

const numberOf = (v4: string): number => v4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function isPrivateV4(address: string): boolean {
  const number = numberOf(address)
  return PRIVATE_V4.some(([network, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(number / size) === Math.floor(numberOf(network) / size)
  })
}

/** The eight groups of an IPv6 address in the form that `URL` gives it: lower case, without a dotted part. */
function groupsOf(v6: string): number[] {
  const [head = '', tail] = v6.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = parse(head)
  if (tail === undefined) return before
  const after = parse(tail)
  return [...before, ...Array(8 - before.length - after.length).fill(0), ...after]
}

/** Only 2000::/3 is public, without the parts that lead to IPv4 addresses or to documentation. */
function isPrivateV6(address: string): boolean {
  const [first = 0, second = 0] = groupsOf(address)
  if (first < 0x2000 || first > 0x3fff) return true
  // Teredo and other protocol assignments, documentation, 6to4.
  return (
    (first === 0x2001 && second < 0x200) ||
    (first === 0x2001 && second === 0xdb8) ||
    first === 0x2002 ||
    first === 0x3fff
  )
}

const V4 = /^\d{1,3}(\.\d{1,3}){3}$/

/** Whether an address, as DNS or `URL` writes it, is not public. */
export const isPrivateAddress = (address: string): boolean =>
  V4.test(address) ? isPrivateV4(address) : isPrivateV6(address.replace(/^\[|\]$/g, ''))

const LOCAL_NAME =
  /^(localhost|[^.]+)$|\.(localhost|local|internal|intranet|lan|home|corp|home\.arpa|test|invalid|example|onion)$/

/** Why a webhook may not have this URL; null when it may. `URL` has turned decimal, octal and short forms into dotted ones. */
export function refusesUrl(url: string, isDevelopment: boolean): string | null {
  const parsed = URL.parse(url)
  if (!parsed) return 'This is no URL.'
  const host = parsed.hostname.replace(/\.$/, '').toLowerCase()
  if (isDevelopment && isLoopback(host) && /^https?:$/.test(parsed.protocol)) return null
  if (parsed.protocol !== 'https:') return 'Send a URL that begins with https://.'
  if (parsed.username !== '' || parsed.password !== '') return 'A URL of a webhook names no user.'
  const isLiteral = V4.test(host) || host.startsWith('[')
  if (isLiteral ? isPrivateAddress(host) : LOCAL_NAME.test(host)) return 'This address is not public.'
  return null
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (V4.test(host) && host.startsWith('127.'))

/** The name in a URL that has to be resolved; null for a literal address. */
export function nameIn(url: string): string | null {
  const { hostname } = new URL(url)
  return V4.test(hostname) || hostname.startsWith('[') ? null : hostname
}
