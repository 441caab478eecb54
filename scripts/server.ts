/** A real server of one's own: on a free port over a store of its own, to be restarted, killed, thrown away. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { freePort } from './ports.mjs'
import { optionalSecrets } from './setup.mjs'
import { Trouble } from './steps.mjs'
import { blankStore, migrateDirectory } from './store.mjs'
import { builtWorker } from './worker-build.mjs'
import { projectNode, ROOT, type Served, serve } from './wrangler.mjs'

/** Characters: enough for any stack trace, little enough for a run of a million requests. */
const LOG_KEPT = 200_000

export interface ServerOptions {
  /** Where its data is; kept. Without it the store is new, empty, and removed by `stop`. */
  persistTo?: string
  /** Variables of the Worker on top of a development server's, such as `RATE_LIMITS`. */
  vars?: Record<string, string>
  /** Called with all that it prints, piece by piece. */
  onOutput?: (text: string) => void
  /** Another file to start from than `src/index.ts`. */
  entry?: string
  /**
   * Runs it by `wrangler dev`, which bundles at each start, again when a file changes, and takes the configuration
   * nearest to `entry`. Otherwise a bundle that was made once is served without Wrangler.
   */
  dev?: boolean
  /** Serves the bundle that `wrangler deploy` would upload; it has no development switches, whatever `vars` says. */
  deployed?: boolean
}

export interface RunningServer {
  /** `http://127.0.0.1:<port>`, the same after a restart. */
  url: string
  /** The same for sockets: `ws://127.0.0.1:<port>`. */
  socketUrl: string
  /** The end of what it has printed, over all its lives. */
  log(): string
  /** The leader of the group that all its processes are in; 0 while it does not run. */
  pid(): number
  /** Starts it again over the same data, after ending it politely if it runs. Resolves when it answers. */
  restart(): Promise<void>
  /** SIGKILL to every process of it at once, as a power cut would. */
  kill(): Promise<void>
  /** Ends it, leaving no process behind, and its store too unless `persistTo` named one. */
  stop(): Promise<void>
}

/**
 * Starts a server and resolves when it answers.
 * @throws {Error} when it does not, with what it printed.
 */
export async function startServer({
  persistTo,
  vars = {},
  entry,
  dev = false,
  deployed = false,
  onOutput,
}: ServerOptions = {}): Promise<RunningServer> {
  const folder = temporaryFolder()
  const store = persistTo ?? path.join(folder, 'store')
  await (fs.existsSync(store) ? migrateDirectory(store) : blankStore(store))
  const all = { AUTH_SECRET: secretOf(store), ENVIRONMENT: 'development', ...vars }
  const how = dev
    ? underWrangler({ entry, store, folder, vars: all })
    : await asBuilt({ entry, deployed, store, folder, vars: all })

  let port = 0
  let log = ''
  const onText = (text: string) => {
    log = (log + text).slice(-LOG_KEPT)
    onOutput?.(text)
  }
  const start = () =>
    inTurn(async () => {
      const served = await serve({ port: port || freePort, ...how, onOutput: onText })
      port = Number(new URL(served.url).port)
      return served
    })
  let running: Served | undefined = await start().catch((error) => {
    // A test shows the message only.
    throw error instanceof Trouble ? new Error(`${error.message}\n${error.details}`) : error
  })

  return {
    url: `http://127.0.0.1:${port}`,
    socketUrl: `ws://127.0.0.1:${port}`,
    log: () => log,
    pid: () => running?.pid ?? 0,
    async restart() {
      await running?.stop()
      running = await start()
    },
    async kill() {
      await running?.kill()
      running = undefined
    },
    async stop() {
      await running?.stop()
      running = undefined
      remove(folder)
    },
  }
}

interface Running {
  entry: string | undefined
  store: string
  /** For files of this server's own. */
  folder: string
  vars: Record<string, string>
}

function underWrangler({ entry, store, folder, vars }: Running) {
  const secrets = path.join(folder, 'vars')
  const lines = Object.entries(vars).map(([name, value]) => `${name}="${value}"\n`)
  fs.writeFileSync(secrets, lines.join(''), { mode: 0o600 })
  const args = [...(entry ? [entry] : []), '--ip', '127.0.0.1', '--persist-to', store, '--env-file', secrets]
  args.push(...optionalSecrets(vars))
  // Wrangler would look for a free one first, and of several servers that start at once all find the same.
  args.push('--inspector-port', '0')
  // A registry of its own: servers of one name must not find each other.
  const env = { WRANGLER_REGISTRY_PATH: path.join(folder, 'registry'), WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }
  return { args, env }
}

async function asBuilt({ entry, deployed, store, folder, vars }: Running & { deployed: boolean }) {
  const bundle = await builtWorker(entry, deployed)
  const secrets = path.join(folder, 'vars.json')
  fs.writeFileSync(secrets, JSON.stringify(vars), { mode: 0o600 })
  const program = (port: number): [string, string[]] => [
    projectNode(),
    [path.join(ROOT, 'scripts', 'serve-built.mjs'), bundle, String(port), store, secrets],
  ]
  return { program, env: { NO_COLOR: '1' } }
}

let lastStart: Promise<unknown> = Promise.resolve()

/** Starts one after the other: of two at once, both would find the same port free. */
function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const turn = lastStart.then(start)
  lastStart = turn.catch(() => undefined)
  return turn
}

/** Folders that go when the process does, whether or not anybody stopped their server. */
const folders = new Set<string>()
process.on('exit', () => folders.forEach(remove))

function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-server-'))
  folders.add(folder)
  return folder
}

function remove(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true })
  folders.delete(folder)
}

/** The secret lives with the data, so that whoever was signed in stays so over a restart on the same store. */
function secretOf(store: string): string {
  const file = path.join(store, 'auth-secret')
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return fs.readFileSync(file, 'utf8')
}
