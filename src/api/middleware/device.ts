/** Who asks before anybody is signed in: a device, as far as it can be told from others. */
import { mac } from '../../auth/keys'
import { secretsOf } from '../../config'
import type { ApiContext } from '../context'

/** A device, and the network it asks from. */
export interface Device {
  /**
   * Keyed digests of the device's own key, or of its network and user agent where it sends none: the tables tell nobody
   * who came from where. The first is of the secret in use, and is what is stored.
   */
  ids: readonly [string, ...string[]]
  /** See `networkOf`. */
  network: string
}

/** The device behind a request. `deviceKey` is the secret that it made for itself, if it sends one. */
export function deviceOf(c: ApiContext, deviceKey: string | undefined): Device {
  const network = networkOf(addressOf(c))
  const text = deviceKey ? `device\n${deviceKey}` : `network\n${network}\n${c.req.header('User-Agent') ?? ''}`
  const [current, ...previous] = secretsOf(c.env)
  const digest = (secret: string) => mac(secret, 'device id', text)
  return { ids: [digest(current), ...previous.map(digest)], network }
}

/** The address that a request came from: set by the platform, whatever the client sends, and absent only where nobody is outside. */
export const addressOf = (c: ApiContext): string => c.req.header('CF-Connecting-IP') ?? ''

/** Bits of an IPv6 address that one customer has to themselves: a /48 is what providers hand out. */
const IPV6_GROUPS = 3

/**
 * The part of an address that counts as one network: the first 24 bits of IPv4, the first 48 of IPv6.
 */
export function networkOf(address: string): string {
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1, address.lastIndexOf('.'))
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const [before, after] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, IPV6_GROUPS)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
