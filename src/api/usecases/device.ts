/** The device and the network of a request, by which requests without a session are counted. */
import { mac } from '../../auth/keys'
import { secretsOf } from '../../config'
import type { ApiContext } from '../context'

/** A device and its network. */
export interface Device {
  /**
   * Keyed digests of the device's own key, or of its network and user agent without a key, so that the tables do not
   * reveal where people came from. The first is made with the current secret and is stored. The others recognise rows
   * from before a rotation.
   */
  ids: readonly [string, ...string[]]
  /** See `networkOf`. */
  network: string
}

/** The device of a request. `deviceKey` is the secret that the client made for itself. */
export function deviceOf(c: ApiContext, deviceKey: string | undefined): Device {
  const network = networkOf(addressOf(c))
  const text = deviceKey ? `device\n${deviceKey}` : `network\n${network}\n${c.req.header('User-Agent') ?? ''}`
  const [current, ...previous] = secretsOf(c.env)
  const digest = (secret: string) => mac(secret, 'device id', text)
  return { ids: [digest(current), ...previous.map(digest)], network }
}

/**
 * The client's IP address. The platform sets the header, whatever the client sends. It is missing only in tests and
 * development.
 */
export const addressOf = (c: ApiContext): string => c.req.header('CF-Connecting-IP') ?? ''

/** Groups of 16 bits in an IPv6 network: providers give a /48 to one customer. */
const IPV6_GROUPS = 3

/** The network of an address: the first 24 bits of IPv4, the first 48 bits of IPv6. */
export function networkOf(address: string): string {
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1, address.lastIndexOf('.'))
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, IPV6_GROUPS)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
