/** `/api/files`: uploads a file of any type for a later message. */
import { Hono } from 'hono'
import * as z from 'zod'
import { imageUrl } from '../../media/urls'
import { ChatError, UploadedFile } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { form } from '../middleware/form'
import { countedInHandler } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'

export const files = new Hono<SignedIn>()

files.post('/', authenticate, countedInHandler('upload'), form(z.object({}), { file: 'file' }), async (c) => {
  const { file } = await c.var.uploads()
  if (!file) throw new ChatError('invalid', { fields: { file: ['Send a file of a multipart form.'] } })
  const { id, key, name, size, type } = file
  return c.json(
    { id, url: imageUrl(c.var.caller.origin, key), name, size, type } satisfies z.infer<typeof UploadedFile>,
    201,
  )
})

const describe = area('Images and files')

/** The routes above, as `/api/schema/` describes them. */
export const filesOperations: Operation[] = [
  describe.post(
    '/api/files/',
    'Upload a file of any type; its `id` is a `file_id` for a day',
    { 201: UploadedFile },
    { body: z.object({}), files: ['file'] },
  ),
]
