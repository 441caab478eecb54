/** The parts of the platform that the SDK uses: a browser, Node 22 or later, or a Worker. */

/** Storage for sessions and unsent messages that survives a reload: `localStorage`, or an object with these methods. */
export interface ChatStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** The part of `WebSocket` that the SDK uses. */
export type WebSocketClass = new (
  url: string,
  protocols: string[],
) => {
  readonly readyState: number
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  send(text: string): void
  close(): void
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export type Progress = (fraction: number) => void

/** Sends an upload and reports its progress. `parlour/uploads` has one for browsers. */
export type UploadRequest = (fetch: Fetch, url: string, init: RequestInit, onProgress: Progress) => Promise<Response>

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

// The three platforms declare these globals differently, and two of them only some.
const platform = globalThis as unknown as Platform

/** Returns `localStorage` if it works (private windows may forbid it), else a store in memory. */
export function defaultStorage(): ChatStorage {
  try {
    const storage = platform.localStorage
    const probe = 'parlour'
    storage?.setItem(probe, '')
    storage?.removeItem(probe)
    if (storage) return storage
  } catch {
    // The storage is forbidden or full.
  }
  const memory = new Map<string, string>()
  return {
    getItem: (key) => memory.get(key) ?? null,
    setItem: (key, value) => void memory.set(key, value),
    removeItem: (key) => void memory.delete(key),
  }
}

/** False only if the platform reports that the device has no network. */
export const isOnline = (): boolean => platform.navigator?.onLine !== false

/** Resolves at once if the device has a network, else when it has one again. */
export function whenOnline(): Promise<void> {
  // The listener stays: resolving a second time has no effect.
  return new Promise((resolve) => (isOnline() ? resolve() : listen('online', () => resolve())))
}

/** Calls back when the network returns or the page becomes visible. @returns a function that stops listening */
export function onReturn(call: () => void): () => void {
  const stops = [
    listen('online', call),
    // Bubbles to the window. A computer that wakes up fires it before any timer.
    listen('visibilitychange', () => platform.document?.visibilityState === 'visible' && call()),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** Calls back when another tab changes `key`. @returns a function that stops listening */
export const onStorage = (key: string, call: () => void): (() => void) =>
  listen('storage', (event) => (event.key === key || event.key === null) && call())

/** Runs `work` in one tab at a time if the platform has locks; else it just runs it. */
export function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = platform.navigator?.locks
  return locks ? locks.request(name, work) : work()
}

function listen(type: string, listener: (event: { key?: string | null }) => void): () => void {
  platform.addEventListener?.(type, listener)
  return () => platform.removeEventListener?.(type, listener)
}
