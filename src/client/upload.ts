/** Uploading, and telling how much of it has gone out. */
import type { Fetch } from './environment'
import { noAnswer } from './error'
import type { Api } from './http'

export type Progress = (fraction: number) => void

/** What an upload is known by afterwards. */
export interface Uploaded {
  id: string
  url: string
}

/** Uploads an image or a file, to be named by its id when sending. */
export function uploadFile(
  api: Api,
  kind: 'image' | 'file',
  file: Blob,
  name: string,
  onProgress?: Progress,
  signal?: AbortSignal,
): Promise<Uploaded> {
  const body = new FormData()
  body.append(kind, file, name)
  return api.ask('POST', `/${kind}s/`, { body, onProgress, signal })
}

/** The part of XMLHttpRequest that is used; not every place has it. */
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
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(init.headers as Record<string, string>)) {
      xhr.setRequestHeader(name, value)
    }
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded / (total || 1))
    // Without a status it broke off, for whatever reason.
    xhr.onloadend = () => {
      if (!xhr.status) return reject(noAnswer())
      const headers = { 'retry-after': xhr.getResponseHeader('retry-after') ?? '' }
      resolve(new Response(xhr.responseText, { status: xhr.status, headers }))
    }
    init.signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(init.body)
  })
}
