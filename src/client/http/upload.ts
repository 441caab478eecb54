/** Uploads of images and files. */
import type { Progress } from '../environment'
import type { Api } from './api'

/** An uploaded file: the id for sending it, and its URL. */
export interface Uploaded {
  id: string
  url: string
}

/** Uploads an image or a file. Messages refer to it by its id. */
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
