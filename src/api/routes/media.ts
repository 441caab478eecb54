/** `/media`: images and files. The signed URL is the permission; see `media/urls.ts`. */
import { Hono } from 'hono'
import * as z from 'zod'
import { readObject } from '../../media/storage'
import { urlPermission } from '../../media/urls'
import { ChatError } from '../../protocol'
import type { Api } from '../context'
import { countedInHandler } from '../middleware/rate-limit'
import { area, type Operation } from '../openapi/operation'
import { addressBudget, spend } from '../usecases/spending'

export const media = new Hono<Api>()

media.get('/:owner/:name', countedInHandler('media'), async (c) => {
  const key = `${c.req.param('owner')}/${c.req.param('name')}`
  const now = Date.now()
  const permitted = urlPermission(key, c.req.query(), now)
  if (permitted === 'forged') throw new ChatError('not_found')
  if (permitted === 'expired') throw new ChatError('url_expired')
  // After the check, so that an invalid URL creates no budget.
  await spend(c.env, addressBudget(c), 'media')
  const object = await readObject(c.env.MEDIA, key, c.req.raw.headers)
  if (!object) throw new ChatError('not_found')

  const headers = new Headers({
    'Content-Type': object.type,
    'Content-Disposition': object.disposition,
    ETag: object.etag,
    'Accept-Ranges': 'bytes',
    // The object of a key never changes. Shared caches keep no copy, and browsers none longer than the URL is valid.
    'Cache-Control': `private, immutable, max-age=${Math.floor(permitted.expires - now / 1_000)}`,
    // If a browser displayed it as a page, that page could do nothing.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    // Front-ends on other origins show these images. Without their URL they cannot be found.
    'Cross-Origin-Resource-Policy': 'cross-origin',
  })
  if (object.body === undefined) return new Response(null, { status: 304, headers })
  const { part, size } = object
  headers.set('Content-Length', String(part?.length ?? size))
  if (part) headers.set('Content-Range', `bytes ${part.from}-${part.from + part.length - 1}/${size}`)
  return new Response(object.body, { status: part ? 206 : 200, headers })
})

const describe = area('Images and files')

/** The routes above, as `/api/schema/` describes them. */
export const mediaOperations: Operation[] = [
  describe.get(
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
