/**
 * The service worker: caches the app's files, so that the app opens without a network, and shows desktop notifications.
 * It never caches messages and uploads: they belong to one person, and their URLs expire.
 */

/** Constants from the build: the app's files, and the version of the build. */
declare const FILES: readonly string[]
declare const VERSION: string

/** A classic script, because not every browser supports module workers. Its globals need names of their own. */
const worker = self as unknown as ServiceWorkerGlobalScope

const PREFIX = 'parlour-'
const CACHE = PREFIX + VERSION
const PAGE = '/'
/** Milliseconds to wait for the page before the cached one is shown. */
const PATIENCE = 5_000

const files = new Set(FILES)
/** Paths that do not belong to the app. */
const ELSEWHERE = /^\/(api|ws|media|health|dev|docs)(\/|$)/

worker.addEventListener('install', (event) => {
  event.waitUntil(keep())
})

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE)
  // Bypasses the browser's HTTP cache, which may have files of an earlier build.
  await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })))
  // Open pages of the build before still work, because its files stay cached.
  await worker.skipWaiting()
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(forget())
})

/** Removes the caches of earlier builds, except the last one, which open tabs may use. */
async function forget(): Promise<void> {
  // `keys` returns caches in the order of their creation.
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)))
}

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || ELSEWHERE.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  // Files of the build before have other names, so all caches are searched.
  else if (files.has(pathname) || pathname.startsWith('/assets/')) event.respondWith(kept(request))
})

/** The page from the server, or the cached one if none arrives in time. */
async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(PATIENCE) })
  } catch (error) {
    const shell = await caches.open(CACHE).then((cache) => cache.match(PAGE))
    if (shell) return shell
    throw error
  }
}

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(request)) ?? (await caches.match(request)) ?? fetch(request)
}

worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open((event.notification.data as { path: string }).path))
})

/** Opens a path in an open page of the app, else in a new one. */
async function open(path: string): Promise<void> {
  const pages = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const app = pages.find(({ url }) => !ELSEWHERE.test(new URL(url).pathname))
  if (!app) {
    await worker.clients.openWindow(path)
    return
  }
  app.postMessage({ open: path })
  await app.focus()
}
