/** A real server for the tests of one file, ended when they are over. */
import path from 'node:path'
import { afterAll } from 'vitest'
import { type RunningServer, type ServerOptions, startServer as start } from '../../scripts/server.ts'
import { ROOT } from '../../scripts/wrangler.mjs'

/** The product with passwords that are cheap to hash. */
export const LIGHT = path.join(ROOT, 'test/support/light-entry.ts')

const started: RunningServer[] = []

afterAll(() => Promise.all(started.splice(0).map((server) => server.stop())))

/** As in scripts/server.ts, with passwords that are cheap to hash unless `entry` is given; it need not be stopped. */
export async function startServer(options?: ServerOptions): Promise<RunningServer> {
  const server = await start({ entry: LIGHT, ...options })
  started.push(server)
  return server
}
