/**
 * A Worker that reads bodies and drops them, or gives them to R2 in the parts in which the product does: the memory
 * that uploads cost the runtime itself. It exports the product's classes only because the configuration names them.
 */
import { BOUNDS } from '../../src/config'

export { Budget, Feed, Room, Sidebar, Uploads, Webhook } from '../../src'

export default {
  async fetch(request: Request, { MEDIA }: Env): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (!request.body) return new Response('Nothing came')
    if (pathname === '/api/read') {
      let bytes = 0
      for await (const piece of request.body) bytes += piece.length
      return new Response(`Read ${bytes} bytes`)
    }
    const upload = await MEDIA.createMultipartUpload(crypto.randomUUID())
    const parts: R2UploadedPart[] = []
    const part = new Uint8Array(BOUNDS.uploadPart)
    let filled = 0
    const send = async () => {
      parts.push(await upload.uploadPart(parts.length + 1, part.subarray(0, filled)))
      filled = 0
    }
    for await (const piece of request.body) {
      for (let from = 0; from < piece.length; ) {
        const taken = piece.subarray(from, from + part.length - filled)
        part.set(taken, filled)
        filled += taken.length
        from += taken.length
        if (filled === part.length) await send()
      }
    }
    if (filled > 0) await send()
    await upload.complete(parts)
    return new Response('Stored')
  },
} satisfies ExportedHandler<Env>
