/** Sending a body and telling how much of it has gone out. */
import type { Fetch } from './environment'

export type Progress = (fraction: number) => void

/** The part of XMLHttpRequest that is used; not every place has it. */
interface Xhr {
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getAllResponseHeaders(): string
  send(body: unknown): void
  abort(): void
  status: number
  responseText: string
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null }
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
}

/** As `fetch`, which has no progress of uploads in any browser: where it is asked for, XMLHttpRequest does it. */
export function sendWithProgress(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  onProgress: Progress | undefined,
): Promise<Response> {
  const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: new () => Xhr }
  if (!onProgress || !XMLHttpRequest) return fetch(url, init)
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open(init.method ?? 'POST', url)
    for (const [name, value] of Object.entries(init.headers as Record<string, string>)) {
      xhr.setRequestHeader(name, value)
    }
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    xhr.onload = () => {
      const headers = xhr.getAllResponseHeaders().trim().split(/\r\n/)
      const pairs = headers.map((line) => line.split(/:\s*/, 2) as [string, string])
      resolve(new Response(xhr.responseText || null, { status: xhr.status, headers: pairs }))
    }
    xhr.onerror = () => reject(new Error('The upload broke off.'))
    xhr.onabort = () => reject(new Error('The upload was stopped.'))
    init.signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(init.body)
  })
}
