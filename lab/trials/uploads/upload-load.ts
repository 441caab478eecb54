/**
 * Uploads hostile files and the largest files to a server; measures the memory of a bare Worker under the same load.
 */
import { fileURLToPath } from 'node:url'
import { startServer } from '../../../scripts/server.ts'
import { ApiClient } from '../../harness/api-client.ts'
import { MemoryWatch } from '../../harness/memory.ts'
import type { Random } from '../../harness/random.ts'
import { each } from '../../harness/waiting.ts'
import { type HostileFile, hostileFiles } from './hostile-files.ts'

/** Hostile files on their way at once. */
export const WIDTH = 6

/** The largest files, sent at once. */
export interface LargeFiles {
  bytes: number
  count: number
}

export const largeFile = (bytes: number): Omit<HostileFile, 'what'> => ({
  bytes: new Uint8Array(bytes),
  name: 'large.bin',
  type: 'application/octet-stream',
})

export function fileForm(
  field: string,
  { bytes, name, type }: Omit<HostileFile, 'what'>,
  more: Record<string, string> = {},
): FormData {
  const body = new FormData()
  for (const [key, value] of Object.entries(more)) body.append(key, value)
  body.append(field, new Blob([bytes], { type }), name)
  return body
}

/**
 * The most that a Worker without any code of the product has in memory (MB) when it is sent as much in the same way:
 * the runtime keeps for a while what it took, and as long as nobody else wants it there is no reason to give it back.
 */
export async function bareMemory(
  load: { rounds: number; doors: number; image: number; large: LargeFiles },
  random: Random,
): Promise<number> {
  const server = await startServer({ entry: fileURLToPath(new URL('../../server/bare-uploads.ts', import.meta.url)) })
  try {
    const api = new ApiClient(server.url)
    const watch = MemoryWatch.start()
    const { bytes, count } = load.large
    for (let round = 0; round < load.rounds; round++) {
      const files = hostileFiles(load.image, random)
      const tries = Array.from({ length: load.doors }, () => files).flat()
      await each(tries, WIDTH, async (file) => {
        await api.ask('POST', '/api/read', { body: fileForm('image', file) })
      })
      const body = () => fileForm('file', largeFile(bytes))
      await Promise.all(Array.from({ length: count }, () => api.ask('POST', '/api/store', { body: body() })))
    }
    watch.stop()
    return watch.peak
  } finally {
    await server.stop()
  }
}
