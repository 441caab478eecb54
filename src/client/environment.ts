/** The parts of the platform that the SDK uses: a browser, Node 22 or later, a Worker, or React Native. */

/**
 * Storage for sessions and unsent messages that survives a reload: `localStorage`, or an object with these methods, which may
 * return promises, as `AsyncStorage` of React Native.
 */
export interface ChatStorage {
  getItem(key: string): string | null | Promise<string | null>
  setItem(key: string, value: string): unknown
  removeItem(key: string): unknown
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

interface Platform {
  navigator?: {
    onLine?: boolean
    locks?: { request<T>(name: string, work: () => Promise<T>): Promise<T> }
  }
  document?: { visibilityState: string }
  location?: { origin?: string }
  localStorage?: ChatStorage
  addEventListener?(type: string, listener: (event: { key?: string | null }) => void): void
  removeEventListener?(type: string, listener: (event: { key?: string | null }) => void): void
}

// The three platforms declare these globals differently, and two of them only some.
const platform = globalThis as unknown as Platform

/** `localStorage`, if there is one and the page may use it. */
export function defaultStorage(): ChatStorage | undefined {
  try {
    return platform.localStorage
  } catch {
    // Private windows may forbid it.
    return
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

/** The origin of the page; undefined outside a browser. */
export const pageOrigin = (): string | undefined => platform.location?.origin
