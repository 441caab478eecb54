/** A real server for the tests of one file, ended when they are over. */
import { afterAll } from 'vitest'
import { LIGHT } from '../../lab/harness/server.ts'
import { type RunningServer, type ServerOptions, startServer as start } from '../../scripts/server.ts'

export { LIGHT }

const started: RunningServer[] = []

afterAll(() => Promise.all(started.splice(0).map((server) => server.stop())))

/** As in scripts/server.ts, with passwords that are cheap to hash unless `entry` is given; it need not be stopped. */
export async function startServer(options?: ServerOptions): Promise<RunningServer> {
  const server = await start({ entry: LIGHT, ...options })
  started.push(server)
  return server
}
