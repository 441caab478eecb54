/** What the SDK finds in the place it runs in: a browser, Node 22 or later, a Worker. */

/** Where sessions and unsent messages outlive a reload: `localStorage`, or anything with these three methods. */
export interface ChatStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** The part of `WebSocket` that is used. */
export type WebSocketClass = new (
  url: string,
  protocols: string[],
) => {
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(): void
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

interface Platform {
  navigator?: {
    onLine?: boolean
    locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> }
  }
  document?: { visibilityState: string }
  localStorage?: ChatStorage
  addEventListener?(type: string, listener: (event: { key?: string | null }) => void): void
  removeEventListener?(type: string, listener: (event: { key?: string | null }) => void): void
}

// Its three homes declare these globals differently, two of them only some.
const platform = globalThis as unknown as Platform

/** `localStorage` where it can be used (private windows may forbid it), else memory. */
export function defaultStorage(): ChatStorage {
  try {
    const storage = platform.localStorage
    const probe = 'parlour'
    storage?.setItem(probe, '')
    storage?.removeItem(probe)
    if (storage) return storage
  } catch {
    // Forbidden or full.
  }
  const memory = new Map<string, string>()
  return {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
    removeItem: (key) => void memory.delete(key),
  }
}

/** False only where the device is known to have no network. */
export const isOnline = (): boolean => platform.navigator?.onLine !== false

/** Resolves at once, or when the device has a network again. */
export function whenOnline(): Promise<void> {
  // A listener that is called once more, when nobody waits for it, does nothing.
  return new Promise((resolve) => (isOnline() ? resolve() : listen('online', () => resolve())))
}

/** Calls back when a network, or the person's attention, comes back. @returns the way to stop */
export function onReturn(call: () => void): () => void {
  const stops = [
    listen('online', call),
    // Bubbles to the window. A computer that slept fires it before any timer notices.
    listen('visibilitychange', () => platform.document?.visibilityState === 'visible' && call()),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Calls back when another tab changes `key`. @returns the way to stop */
export const onStorage = (key: string, call: () => void): (() => void) =>
  listen('storage', (event) => (event.key === key || event.key === null) && call())

/** Runs `work` alone among all tabs, where the platform can say so, else alone among those who call at once here. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = platform.navigator?.locks
  return locks ? locks.request(name, work) : work()
}

function listen(type: string, listener: (event: { key?: string | null }) => void): () => void {
  platform.addEventListener?.(type, listener)
  return () => platform.removeEventListener?.(type, listener)
}
