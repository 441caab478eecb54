/** `/api/images`: uploads an image for a later message. */
import { Hono } from 'hono'
import * as z from 'zod'
import { imageUrl } from '../../media/urls'
import { ChatError, UploadedImage } from '../../protocol'
import { authenticate, type SignedIn } from '../middleware/authenticate'
import { form } from '../middleware/form'
import { countedInHandler } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'

export const images = new Hono<SignedIn>()

images.post('/', authenticate, countedInHandler('upload'), form(z.object({}), { image: 'image' }), async (c) => {
  const { image } = await c.var.uploads()
  if (!image) throw new ChatError('invalid', { fields: { image: ['Send an image as a file of a multipart form.'] } })
  const { id, key, width, height, size, type } = image
  return c.json(
    { id, url: imageUrl(c.var.caller.origin, key), width, height, size, type } satisfies z.infer<typeof UploadedImage>,
    201,
  )
})

const describe = area('Images and files')

/** The routes above, as `/api/schema/` describes them. */
export const imagesOperations: Operation[] = [
  describe.post(
    '/api/images/',
    'Upload a JPEG, PNG, GIF, WebP or AVIF; its `id` is an `image_id` for a day',
    { 201: UploadedImage },
    { body: z.object({}), files: ['image'] },
  ),
]
