/** Starts the peers: the rebroadcasting Worker under its own `wrangler dev`, and the two Node servers. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../scripts/ports.mjs'
import { tethered } from '../../../scripts/tether.mjs'
import { projectNode, serve } from '../../../scripts/wrangler.mjs'

const CONFIG = fileURLToPath(new URL('worker/wrangler.toml', import.meta.url))

export interface Peer {
  /** `127.0.0.1:<port>` */
  host: string
  stop(): Promise<void>
}

/** `secret` is Parlour's, so that its tokens are good here. */
export async function startWorker(secret: string): Promise<Peer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-bench-'))
  const port = await freePort()
  const settings = ['--var', `AUTH_SECRET:${secret}`, '--persist-to', path.join(folder, 'store')]
  const served = await serve({
    port,
    args: ['--config', CONFIG, '--ip', '127.0.0.1', ...settings],
    env: { WRANGLER_REGISTRY_PATH: path.join(folder, 'registry'), WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
    onOutput: () => {},
  })
  return {
    host: `127.0.0.1:${port}`,
    async stop() {
      await served.stop()
      fs.rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** One of the servers in `node/`. @throws {Error} when it ends instead of printing its port */
export async function startNode(name: 'ws' | 'socket-io'): Promise<Peer> {
  const file = fileURLToPath(new URL(`node/${name}.ts`, import.meta.url))
  const { child, exited, stop } = tethered(projectNode(), ['--no-warnings', file], { output: 'pipe' })
  let output = ''
  child.stderr?.on('data', (chunk) => (output += chunk))
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const [, found] = /port (\d+)/.exec(output) ?? []
      if (found) resolve(Number(found))
    })
    void exited.then(() => reject(new Error(`${name} ended: ${output}`)))
  })
  return { host: `127.0.0.1:${port}`, stop }
}
