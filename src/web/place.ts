/** Which page an address is of, and which address something has. */
import type { Notification } from '../client'

export type Place =
  | { page: 'home' | 'people' | 'notifications' | 'settings' | 'search' | 'new-group' | 'missing' }
  | { page: 'room'; room: number; message: number | null }
  | { page: 'join'; code: string }
  /** `path` is what follows `/admin/`. */
  | { page: 'admin'; path: string }

const PAGES: Record<string, Place> = {
  '/': { page: 'home' },
  '/people': { page: 'people' },
  '/notifications': { page: 'notifications' },
  '/settings': { page: 'settings' },
  '/search': { page: 'search' },
  '/groups/new': { page: 'new-group' },
}

export function placeOf(path: string): Place {
  const room = /^\/r\/(\d+)(?:\/m\/(\d+))?\/?$/.exec(path)
  if (room) return { page: 'room', room: Number(room[1]), message: room[2] ? Number(room[2]) : null }
  const join = /^\/join\/([^/]+)\/?$/.exec(path)
  if (join?.[1]) return { page: 'join', code: decodeURIComponent(join[1]) }
  const admin = /^\/admin(?:\/(.*?))?\/?$/.exec(path)
  if (admin) return { page: 'admin', path: admin[1] ?? '' }
  return PAGES[path.replace(/(.)\/$/, '$1')] ?? { page: 'missing' }
}

export const roomAt = (room: number): string => `/r/${room}`
export const messageAt = (room: number, message: number): string => `/r/${room}/m/${message}`

/** Where there is something to do about a notification. */
export function leadsTo({ room_id, message_id, notification_type }: Notification): string {
  if (notification_type === 'friend_request') return '/people'
  if (room_id === null) return notification_type === 'friend_accepted' ? '/people' : '/notifications'
  return message_id === null ? roomAt(room_id) : messageAt(room_id, message_id)
}
