/** Notifications on the desktop. The service worker shows them and opens the page on a click. */
import type { Notification as News } from '../../client'
import { plainText } from '../../markdown'
import { desktop } from '../preferences'
import { notificationPath } from '../routes'
import { t } from '../words'
import { notificationText } from '../words/server'

export const canNotify = 'Notification' in globalThis && 'serviceWorker' in navigator

/** Asks for permission. Call it from a button: browsers require a user gesture, and remember a refusal. */
export async function allowDesktop(): Promise<boolean> {
  desktop.value = (await Notification.requestPermission()) === 'granted'
  return desktop.value
}

/** The tag of a desktop notification. A newer one with the same tag replaces it. */
export const tagOf = ({ id, roomId }: News): string => (roomId === null ? `notification-${id}` : `room-${roomId}`)

export async function showOnDesktop(news: News): Promise<void> {
  if (!canNotify || !desktop.value || Notification.permission !== 'granted') return
  const worker = await navigator.serviceWorker.getRegistration()
  const text = notificationText(news)
  await worker?.showNotification(news.chatName ?? t.app, {
    body: news.text === null ? text : `${text}\n${plainText(news.text)}`,
    tag: tagOf(news),
    icon: '/icon-192.png',
    // The page has its own sound, which is off by default.
    silent: true,
    data: { path: notificationPath(news) },
  })
}

/** Closes notifications that were read here or on another device. */
export async function clearDesktop(read: readonly News[]): Promise<void> {
  if (!canNotify || Notification.permission !== 'granted') return
  const worker = await navigator.serviceWorker.getRegistration()
  const tags = new Set(read.map(tagOf))
  for (const shown of (await worker?.getNotifications()) ?? []) if (tags.has(shown.tag)) shown.close()
}

/** Closes all notifications, because they quote messages of the person who signs out. */
export async function clearAllDesktop(): Promise<void> {
  if (!canNotify || Notification.permission !== 'granted') return
  const worker = await navigator.serviceWorker.getRegistration()
  for (const shown of (await worker?.getNotifications()) ?? []) shown.close()
}
