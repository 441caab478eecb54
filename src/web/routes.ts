/** Routes: the page of a path, and the paths of rooms, messages and notifications. */
import type { Notification } from '../client'

export type Route =
  | { page: 'home' | 'people' | 'notifications' | 'settings' | 'search' | 'new-group' | 'missing' }
  | { page: 'room'; room: number; message: number | null }
  | { page: 'join'; code: string }
  /** `path` is the part after `/admin/`. */
  | { page: 'admin'; path: string }

const PAGES: Record<string, Route> = {
  '/': { page: 'home' },
  '/people': { page: 'people' },
  '/notifications': { page: 'notifications' },
  '/settings': { page: 'settings' },
  '/search': { page: 'search' },
  '/groups/new': { page: 'new-group' },
}

export function routeOf(path: string): Route {
  const room = /^\/r\/(\d+)(?:\/m\/(\d+))?\/?$/.exec(path)
  if (room) return { page: 'room', room: Number(room[1]), message: room[2] ? Number(room[2]) : null }
  const join = /^\/join\/([^/]+)\/?$/.exec(path)
  if (join?.[1]) return { page: 'join', code: decodeURIComponent(join[1]) }
  const admin = /^\/admin(?:\/(.*?))?\/?$/.exec(path)
  if (admin) return { page: 'admin', path: admin[1] ?? '' }
  return PAGES[path.replace(/(.)\/$/, '$1')] ?? { page: 'missing' }
}

export const roomPath = (room: number): string => `/r/${room}`
export const messagePath = (room: number, message: number): string => `/r/${room}/m/${message}`

/** The path to which a notification leads. */
export function notificationPath({ roomId, messageId, notificationType }: Notification): string {
  if (notificationType === 'friend_request') return '/people'
  if (roomId === null) return notificationType === 'friend_accepted' ? '/people' : '/notifications'
  return messageId === null ? roomPath(roomId) : messagePath(roomId, messageId)
}
