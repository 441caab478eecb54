/** Installs the service worker: it keeps the app's files for when there is no network. */
import { chat } from '../chat'
import { toast } from '../parts/toasts'
import { t } from '../words'

export function installWorker(): void {
  // A development server makes its files anew all the time: none may be kept.
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return
  const { serviceWorker: container } = navigator
  const before = container.controller
  container.addEventListener('controllerchange', () => {
    // The first one takes over nothing.
    if (before) toast(t.updated, { action: { label: t.reload, run: () => location.reload() } })
  })
  // After what is on the screen. Where it may not be installed (some private windows), the app works without.
  addEventListener('load', () => void install(container).catch(() => undefined))
}

async function install(container: ServiceWorkerContainer): Promise<void> {
  const registration = await container.register('/service-worker.js')
  // A new build closes every connection: when they come back is the time to ask for it.
  let wasLost = false
  chat.on('connection.changed', ({ state }) => {
    if (state.status === 'online' && wasLost) void registration.update().catch(() => undefined)
    wasLost = state.status === 'reconnecting' || (wasLost && state.status === 'connecting')
  })
}
