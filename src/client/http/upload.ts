/** Uploads of images and files. */
import type { Api } from './api'
import type { Progress } from './progress'

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
