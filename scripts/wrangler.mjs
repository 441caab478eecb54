/** Wrangler as the scripts use it: which Node runs it, how a command of it ends, how its server starts and stops. */
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { Trouble } from './steps.mjs'
import { tethered } from './tether.mjs'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

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
 * @property {number} pid The leader of the group that all its processes are in.
 */

/** A port is chosen before it is taken: on a busy machine somebody else may have it by then. */
const START_TRIES = 3
const PORT_TAKEN = 'Address already in use'
/** One that Wrangler chose for itself. */
const ITS_OWN_PORT = `${PORT_TAKEN} (socket "direct:`
/** Of what is printed until it answers, in characters: how much is kept, and how much of it is told on each side of an error. */
const START_KEPT = 100_000
const ERROR_CONTEXT = 4_000

/**
 * @typedef {object} Serving
 * @property {number | (() => Promise<number>)} port One that is asked for, or what finds a free one for each try.
 * @property {(port: number) => [string, string[]]} [program] What serves there and says so, instead of `wrangler dev`.
 * @property {string[]} [args] for `wrangler dev`
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(text: string) => void} onOutput
 */

/**
 * Starts a server, `wrangler dev` unless told otherwise, and resolves when it answers. Its output is given to `onOutput`
 * piece by piece.
 * @param {Serving} options
 * @returns {Promise<Served>}
 * @throws {Trouble} when it ends before, or does not answer in time; then nothing of it is left.
 */
export async function serve({ port, ...options }) {
  for (let tries = 1; ; tries++) {
    try {
      return await serveOnce({ ...options, port: typeof port === 'number' ? port : await port() })
    } catch (error) {
      const taken = typeof port === 'number' ? ITS_OWN_PORT : PORT_TAKEN
      const again = error instanceof Trouble && error.details.includes(taken)
      if (!again || tries === START_TRIES) throw error
    }
  }
}

/** The first error says why; what is said after it, a bundler's pages of stacks among it, may be of its consequences. @param {string} output */
function whereItFailed(output) {
  const error = output.indexOf('[ERROR]')
  return error < 0
    ? output.slice(-2 * ERROR_CONTEXT)
    : output.slice(Math.max(0, error - ERROR_CONTEXT), error + ERROR_CONTEXT)
}

/** @param {Serving & { port: number }} options @returns {Promise<Served>} */
async function serveOnce({ port, program, args = [], env = {}, onOutput }) {
  const own = args.some((arg) => /^--port\b/.test(arg)) ? [] : ['--port', String(port)]
  const dev = ['dev', '--show-interactive-dev-session=false', ...own, ...args]
  const [command, commandArgs] = program?.(port) ?? wranglerCommand(dev)
  const { child, exited, stop, kill } = tethered(command, commandArgs, {
    cwd: ROOT,
    // Wrangler builds NODE_ENV into the Worker and would take it from the environment of this process.
    // Where the request came from is made up anyway on a local server: not asking for it makes a start without a
    // network quick and quiet. Traces would keep the URL of each request on the disk, with the tickets in them.
    env: {
      ...environment(),
      NODE_ENV: 'development',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      X_LOCAL_OBSERVABILITY: 'false',
      ...env,
    },
    output: 'pipe',
  })
  /** @type {string | undefined} */
  let announced
  let output = ''
  const hear = (/** @type {Buffer} */ chunk) => {
    onOutput(String(chunk))
    if (announced) return
    output = (output + stripVTControlCharacters(String(chunk))).slice(0, START_KEPT)
    announced = /Ready on (https?:\/\/\S+)/.exec(output)?.[1]
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  let ended = false
  void exited.then(() => {
    ended = true
  })
  const local = `http://localhost:${port}`
  // The announcement tells the address whatever the arguments; only a chosen log level can keep it back.
  const silenced = /\b(warn|error|none)\b/.test([...args, process.env.WRANGLER_LOG].join(' '))
  // Wrangler would wait for the mistake to be put right, which nobody can see while its output is held back.
  const failed = () => ended || output.includes('[ERROR]')
  const deadline = Date.now() + PATIENCE
  while (!failed() && Date.now() < deadline) {
    if (announced || (silenced && (await answers(local))))
      return { url: announced ?? local, exited, stop, kill, pid: child.pid ?? 0 }
    await setTimeout(50)
  }
  // What was printed says more than its first line.
  await setTimeout(200)
  const trouble = failed() ? 'The server could not start.' : 'The server did not get ready in a minute.'
  await kill()
  throw new Trouble(trouble, 'What it printed stands above.', whereItFailed(output))
}
