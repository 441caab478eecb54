/** Wrangler as the scripts use it: which Node runs it, how a command of it ends, how its server starts and stops. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Trouble } from './steps.mjs'
import { tethered } from './tether.mjs'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Where `wrangler dev` keeps its data unless told otherwise. */
export const STATE = path.join(ROOT, '.wrangler', 'state')

/** The oldest Node that Wrangler starts on. */
const WRANGLER_NODE = [22, 12]
/** How long a start may take on a busy machine, in milliseconds. */
const PATIENCE = 60_000

/**
 * A Node that Wrangler accepts: the one that `npm install` brings, or ours if it is new enough.
 * @throws {Trouble} when there is neither.
 */
export function projectNode() {
  const installed = path.join(ROOT, 'node_modules', 'node', 'bin', 'node')
  if (fs.existsSync(installed)) return installed
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [wantMajor = 0, wantMinor = 0] = WRANGLER_NODE
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return process.execPath
  throw new Trouble(
    `Wrangler needs Node ${WRANGLER_NODE.join('.')} or later and this is ${process.versions.node}.`,
    'npm install normally brings a Node of its own; it was kept from it (ignore-scripts?). Allow it, or install Node 24.',
  )
}

/** The environment of everything the scripts start: the project's own programs come first. */
export const environment = () => ({
  ...process.env,
  PATH: [path.join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter),
})

/**
 * Runs a program to its end, quietly.
 * @param {string} what in words, for the message when it fails
 * @param {string} command
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env] on top of the usual one
 * @throws {Trouble} with the end of its output
 */
export async function quietly(what, command, args, env = {}) {
  const { child, exited } = tethered(command, args, { cwd: ROOT, env: { ...environment(), ...env }, output: 'pipe' })
  let output = ''
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk).slice(-8_000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const code = await exited
  if (code !== 0) throw new Trouble(`${what} failed.`, 'What it printed stands above.', output)
}

/** @param {string} name of a package @param {string} file its program, inside the package */
export const program = (name, file) => path.join(ROOT, 'node_modules', name, file)

/**
 * Wrangler without its launcher, which dies of Ctrl-C at once and would have us end Wrangler before it has closed down.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export const wranglerCommand = (args) => [
  projectNode(),
  ['--no-warnings', program('wrangler', 'wrangler-dist/cli.js'), ...args],
]

/**
 * Brings the directory's database under `persistTo` up to date. Asking Wrangler costs two seconds, so a list of what it
 * has applied is kept beside the data and it is asked only when that differs.
 * @param {string} persistTo
 */
export async function migrateDirectory(persistTo) {
  const record = path.join(persistTo, 'directory-migrations')
  const wanted = fs.readdirSync(path.join(ROOT, 'migrations', 'directory')).filter((name) => name.endsWith('.sql'))
  const list = wanted.sort().join('\n')
  if (fs.existsSync(record) && fs.readFileSync(record, 'utf8') === list) return
  const args = ['d1', 'migrations', 'apply', 'DIRECTORY', '--local', '--persist-to', persistTo]
  // Without CI it would ask for a yes.
  await quietly('Bringing the database up to date', ...wranglerCommand(args), { CI: '1' })
  fs.writeFileSync(record, list)
}

/**
 * Fills `persistTo` with an empty, migrated store. It is made once and copied from then on.
 * @param {string} persistTo
 */
export async function blankStore(persistTo) {
  const folder = path.join(ROOT, 'migrations', 'directory')
  const hash = createHash('sha256')
  for (const name of fs.readdirSync(folder).sort()) {
    if (name.endsWith('.sql')) hash.update(name).update(fs.readFileSync(path.join(folder, name)))
  }
  const blank = path.join(ROOT, '.wrangler', 'blank', hash.digest('hex').slice(0, 16))
  if (!fs.existsSync(blank)) {
    const making = `${blank}.${process.pid}`
    fs.mkdirSync(making, { recursive: true })
    await migrateDirectory(making)
    try {
      fs.renameSync(making, blank)
    } catch {
      // Another process was first; its copy is the same.
      fs.rmSync(making, { recursive: true, force: true })
    }
  }
  fs.cpSync(blank, persistTo, { recursive: true })
}

/** Whether something answers on `port` of this machine. @param {number} port */
export async function portTaken(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await new Promise((resolve) => {
      const socket = net.connect({ port, host })
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (taken) return true
  }
  return false
}

/** A port that nobody uses at the moment. @returns {Promise<number>} */
export const freePort = () =>
  new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** @param {string} url @returns {Promise<boolean>} */
const answers = (url) =>
  fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  )

/**
 * @typedef {object} Served
 * @property {string} url
 * @property {Promise<number>} exited
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill
 */

/**
 * Starts `wrangler dev` and resolves when it answers. Its output is given to `onOutput` piece by piece.
 * @param {{ port: number, args?: string[], env?: NodeJS.ProcessEnv, onOutput: (text: string) => void }} options
 * @returns {Promise<Served>}
 * @throws {Trouble} when it ends before, or does not answer in time; then nothing of it is left.
 */
export async function serve({ port, args = [], env = {}, onOutput }) {
  const own = args.some((arg) => /^--port\b/.test(arg)) ? [] : ['--port', String(port)]
  const [command, commandArgs] = wranglerCommand(['dev', '--show-interactive-dev-session=false', ...own, ...args])
  const { child, exited, stop, kill } = tethered(command, commandArgs, {
    cwd: ROOT,
    // Where the request came from is made up anyway on a local server: not asking for it makes a start without a
    // network quick and quiet.
    env: { ...environment(), CLOUDFLARE_CF_FETCH_ENABLED: 'false', ...env },
    output: 'pipe',
  })
  /** @type {string | undefined} */
  let announced
  let recent = ''
  const hear = (/** @type {Buffer} */ chunk) => {
    recent = (recent + chunk).slice(-8_000)
    announced ??= /Ready on (https?:\/\/[\w.:[\]-]+)/.exec(recent)?.[1]
    onOutput(String(chunk))
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  let ended = false
  void exited.then(() => {
    ended = true
  })
  const local = `http://localhost:${port}`
  // The announcement tells the address whatever the arguments; only a chosen log level can keep it back.
  const silenced = args.some((arg) => arg.startsWith('--log-level'))
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline && !ended; ) {
    if (announced || (silenced && (await answers(local)))) return { url: announced ?? local, exited, stop, kill }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await kill()
  throw new Trouble(
    ended ? 'The server ended before it was ready.' : 'The server did not get ready in a minute.',
    'What it printed stands above.',
    recent,
  )
}
