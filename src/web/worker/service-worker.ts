/**
 * Keeps the app's own files, so that it opens without a network, and shows notifications on the desktop.
 * What people write and upload is never kept here: those answers are for one person, and their addresses expire.
 */

/** Filled in by the build: the page, and everything that it may load. Another build has another version. */
declare const FILES: readonly string[]
declare const VERSION: string

/** No module, which not every browser takes for a worker: what is global here has a name of its own. */
const worker = self as unknown as ServiceWorkerGlobalScope

const PREFIX = 'parlour-'
const CACHE = PREFIX + VERSION
const PAGE = '/'
/** How long the page may take to come before the kept one is shown, in milliseconds. */
const PATIENCE = 5_000

const files = new Set(FILES)
/** Pages that are not the app. */
const ELSEWHERE = /^\/(api|ws|media|health|dev|docs)(\/|$)/

worker.addEventListener('install', (event) => {
  event.waitUntil(keep())
})

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE)
  // Past the browser's own cache, which may have the page of an earlier build.
  await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })))
  // Pages of the build before are in order: what they still load is kept as well.
  await worker.skipWaiting()
}

worker.addEventListener('activate', (event) => {
  event.waitUntil(forget())
})

/** Of earlier builds the last stays: tabs may be open with it. */
async function forget(): Promise<void> {
  // In the order in which they were made.
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)))
}

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || ELSEWHERE.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  // Those of the build before have other names, and are asked of every build that is kept.
  else if (files.has(pathname) || pathname.startsWith('/assets/')) event.respondWith(kept(request))
})

/** The page of the server, which is the newest, or the kept one when none comes. */
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

/** Shows a place in the page that is open, else in a new one. */
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
