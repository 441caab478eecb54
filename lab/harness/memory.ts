/** Reads from the process table how much memory a server takes. Linux and macOS. */
import { execFileSync } from 'node:child_process'
import { descendants } from '../../test/live/processes.ts'

/** Resident bytes of every process of the group that `leader` leads. */
export function memoryOf(leader: number): number {
  const table = execFileSync('ps', ['-A', '-o', 'pgid=,rss='], { encoding: 'utf8' })
  let kilobytes = 0
  for (const line of table.split('\n')) {
    const [group, size] = line.trim().split(/\s+/).map(Number)
    if (group === leader) kilobytes += size ?? 0
  }
  return kilobytes * 1024
}

/** Between two looks, in milliseconds. */
const OFTEN = 100

/** Megabytes that the largest runtime below this process has in memory. */
function resident(): number {
  const runtimes = descendants(process.pid).filter(({ command }) => /\bworkerd\b.* serve /.test(command))
  if (runtimes.length === 0) throw new Error('There is no runtime to be watched')
  const table = execFileSync('ps', ['-o', 'rss=', '-p', runtimes.map(({ pid }) => pid).join()], { encoding: 'utf8' })
  return Math.round(Math.max(...table.trim().split('\n').map(Number)) / 1_024)
}

export class MemoryWatch {
  /** Megabytes before anything was asked. */
  readonly idle: number
  readonly #timer: NodeJS.Timeout
  #peak: number

  private constructor() {
    this.idle = resident()
    this.#peak = this.idle
    this.#timer = setInterval(() => {
      this.#peak = Math.max(this.#peak, resident())
    }, OFTEN)
  }

  static start(): MemoryWatch {
    return new MemoryWatch()
  }

  /** Megabytes at most until now. */
  get peak(): number {
    return this.#peak
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
