/**
 * Child processes that cannot outlive this one, however it ends.
 *
 * Between us and the command stands a second copy of this file, leader of a process group of its own, which reads a
 * pipe that only we hold. When the pipe closes, because we asked for it or because we are gone (SIGKILL included), it
 * interrupts the command, gives it a moment, and ends whatever is left of the group.
 */
import { spawn } from 'node:child_process'
import os from 'node:os'
import { fileURLToPath } from 'node:url'

const SELF = fileURLToPath(import.meta.url)
/** Wrangler needs well under a second to close its databases; a loaded machine gets more. In milliseconds. */
const GRACE = 5_000

/**
 * @typedef {object} Tethered
 * @property {import('node:child_process').ChildProcess} child
 * @property {Promise<number>} exited The exit code; 128 + the signal's number when a signal ended it.
 * @property {() => Promise<void>} stop Interrupts the command; resolves when nothing of it is left.
 * @property {() => Promise<void>} kill SIGKILL for the whole group at once, as a power cut would.
 */

/** @type {Set<Tethered>} */
const running = new Set()

/**
 * Starts `command` and everything it starts in turn on a tether. `output` is where stdout and stderr go.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, output?: 'inherit' | 'pipe' }} [options]
 * @returns {Tethered}
 */
export function tethered(command, args, { env = process.env, cwd, output = 'inherit' } = {}) {
  const child = spawn(process.execPath, [SELF, command, ...args], {
    env,
    cwd,
    stdio: ['pipe', output, output],
    detached: true,
  })
  // The other end may be gone already when we let go.
  child.stdin?.on('error', () => {})
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => {
      running.delete(handle)
      killGroup(child.pid)
    })
    // After the exit, when the last of its output has been read.
    child.once('close', (code) => resolve(code ?? 137))
  })
  /** @type {Tethered} */
  const handle = {
    child,
    exited,
    async stop() {
      child.stdin?.end()
      await exited
    },
    async kill() {
      killGroup(child.pid)
      await exited
    },
  }
  running.add(handle)
  return handle
}

/**
 * For a script's first line: on Ctrl-C, a closed terminal or a polite kill, everything tethered ends before we do.
 */
export function stopOnSignals() {
  let stopping = false
  const stopWith = async (/** @type {number} */ code) => {
    // A terminal and npm may both deliver the same Ctrl-C.
    if (stopping) return
    stopping = true
    await Promise.all([...running].map((each) => each.stop()))
    process.exit(code)
  }
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.on(signal, () => void stopWith(code))
  }
  if (!process.env.npm_lifecycle_event) return
  // npm does not pass every signal on, and none when it is killed outright: then we have another parent.
  const npm = process.ppid
  setInterval(() => process.ppid !== npm && void stopWith(129), 500).unref()
}

/** @param {number | undefined} leader */
function killGroup(leader) {
  if (leader === undefined) return
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // ESRCH: the group is empty, which is what was wanted.
  }
}

if (process.argv[1] === SELF) {
  const [command = '', ...args] = process.argv.slice(2)
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  let letGo = false
  process.stdin.on('close', () => {
    letGo = true
    child.kill('SIGINT')
    setTimeout(() => killGroup(process.pid), GRACE)
  })
  process.stdin.on('error', () => {})
  process.stdin.resume()
  // Meant for the rest of the group: the tether ends when the command has.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {})
  child.on('error', (error) => {
    console.error(error.message)
    process.exit(127)
  })
  child.on('exit', (code, signal) => {
    if (letGo) killGroup(process.pid)
    process.exit(code ?? 128 + (signal ? os.constants.signals[signal] : 0))
  })
}
