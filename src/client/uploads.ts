/** Images and files on messages: `createChat({ url, uploads })`. */
import type { Api } from './http/api'
import type { RoomUploads, Upload, Uploads } from './room/attachments'
import type { Draft } from './room/outbox'

/** An uploaded file: the id for sending it, and its URL. */
export interface Uploaded {
  id: string
  url: string
}

export interface UploadOptions {
  /** Reports the sent part, from 0 to 1, if the platform can. */
  onProgress?: ((fraction: number) => void) | undefined
  signal?: AbortSignal | undefined
}

/** Uploads an image or a file. Messages refer to it by its id. */
export function uploadFile(
  api: Api,
  kind: 'image' | 'file',
  file: Blob,
  name: string,
  { onProgress, signal }: UploadOptions = {},
): Promise<Uploaded> {
  const body = new FormData()
  body.append(kind, file, name)
  return api.ask('POST', `/${kind}s/`, { body, signal, send: onProgress && sendWithProgress(onProgress) })
}

/** Uploads the attachments of messages, each when its message is next. */
export const uploads: Uploads = (api, changed) => new Attachments(api, changed)

class Attachments implements RoomUploads {
  readonly #api: Api
  readonly #changed: () => void
  readonly #uploads = new Map<string, Upload & { stop: AbortController }>()

  constructor(api: Api, changed: () => void) {
    this.#api = api
    this.#changed = changed
  }

  add(clientId: string, file: Blob): void {
    this.#uploads.set(clientId, { file, progress: 0, stop: new AbortController() })
  }

  of(clientId: string): Upload | null {
    return this.#uploads.get(clientId) ?? null
  }

  remove(clientId: string): void {
    this.#uploads.get(clientId)?.stop.abort()
    this.#uploads.delete(clientId)
  }

  async attach(draft: Draft): Promise<Draft> {
    const { body, attachment } = draft
    const upload = this.#uploads.get(body.clientId)
    if (!attachment || !upload) return draft
    const { kind, name } = attachment
    const onProgress = (progress: number) => {
      // The message was discarded.
      if (!this.#uploads.has(body.clientId)) return
      this.#uploads.set(body.clientId, { ...upload, progress })
      this.#changed()
    }
    const { id } = await uploadFile(this.#api, kind, upload.file, name, { onProgress, signal: upload.stop.signal })
    return { ...draft, body: { ...body, [`${kind}Id`]: id } }
  }
}

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
function sendWithProgress(onProgress: (fraction: number) => void) {
  const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: new () => Xhr }
  if (!XMLHttpRequest) return undefined
  return (url: string, init: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
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
