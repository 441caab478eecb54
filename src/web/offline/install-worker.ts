/** Installs the service worker, which caches the app's files for use without a network. */
import { chat } from '../chat'
import { toast } from '../parts/toasts'
import { t } from '../words'

export function installWorker(): void {
  // A development server rebuilds its files all the time, so none may be cached.
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return
  const { serviceWorker: container } = navigator
  const before = container.controller
  container.addEventListener('controllerchange', () => {
    // The first worker replaces none.
    if (before) toast(t.updated, { action: { label: t.reload, run: () => location.reload() } })
  })
  // After the page has loaded. Without a worker (some private windows forbid it) the app works online.
  addEventListener('load', () => void install(container).catch(() => undefined))
}

async function install(container: ServiceWorkerContainer): Promise<void> {
  const registration = await container.register('/service-worker.js')
  // A new build closes every connection, so the app looks for an update after reconnecting.
  let wasLost = false
  chat.on('connection.changed', ({ state }) => {
    if (state.status === 'online' && wasLost) void registration.update().catch(() => undefined)
    wasLost = state.status === 'reconnecting' || (wasLost && state.status === 'connecting')
  })
}
