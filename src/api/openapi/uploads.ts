/** Images and files: uploading them ahead of a message, and getting what was sent. */
import * as z from 'zod'
import { StorageUse, UploadedFile, UploadedImage } from '../../protocol'
import { area, type Operation } from './operation'

const storage = area('Images and files')
const Nothing = z.object({})

export const uploads: Operation[] = [
  storage.post(
    '/api/images/',
    'Upload a JPEG, PNG, GIF, WebP or AVIF; its `id` is an `image_id` for a day',
    { 201: UploadedImage },
    { body: Nothing, files: ['image'] },
  ),
  storage.post(
    '/api/files/',
    'Upload a file of any type; its `id` is a `file_id` for a day',
    { 201: UploadedFile },
    { body: Nothing, files: ['file'] },
  ),
  storage.get('/api/storage/', 'How much of your quota for images and files is used', { 200: StorageUse }),
  storage.get(
    '/media/{owner}/{name}',
    'What a URL in an answer leads to, as long as it is good; ranges are answered',
    { 200: { bytes: '*/*' }, 206: { bytes: '*/*' }, 304: null },
    {
      access: 'anybody',
      query: z.object({ expires: z.coerce.number().int(), signature: z.string() }),
      refusals: ['url_expired'],
    },
  ),
]
