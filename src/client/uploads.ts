/** Uploads that report their progress: `createChat({ url, upload: uploadWithProgress })`. */
import type { UploadRequest } from './environment'

/** The part of XMLHttpRequest that the SDK uses. Not every platform has it. */
interface Xhr {
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getResponseHeader(name: string): string | null
  send(body: unknown): void
  abort(): void
  status: number
  responseText: string
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null }
  onloadend: (() => void) | null
}

/** Like `fetch`, but with progress by XMLHttpRequest: no browser's `fetch` reports the progress of uploads. */
export const uploadWithProgress: UploadRequest = (fetch, url, init, onProgress) => {
  const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: new () => Xhr }
  if (!XMLHttpRequest) return fetch(url, init)
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(init.headers as Record<string, string>)) {
      xhr.setRequestHeader(name, value)
    }
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded / (total || 1))
    // Without a status the request failed or was aborted.
    xhr.onloadend = () => {
      if (!xhr.status) return reject(new TypeError('The upload failed.'))
      const headers = { 'retry-after': xhr.getResponseHeader('retry-after') ?? '' }
      resolve(new Response(xhr.responseText, { status: xhr.status, headers }))
    }
    init.signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(init.body)
  })
}
