/** Watching processes from outside, to show that none is left behind. Linux and macOS. */
import { execFileSync } from 'node:child_process'

interface Seen {
  pid: number
  parent: number
  command: string
}

function all(): Seen[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return pid ? { pid: Number(pid), parent: Number(parent), command } : []
  })
}

/** Everything that `root` started, directly or not. */
export function descendants(root: number): Seen[] {
  const table = all()
  const found: Seen[] = []
  for (const parents = [root]; parents.length > 0; ) {
    const parent = parents.shift()
    const children = table.filter((each) => each.parent === parent)
    found.push(...children)
    parents.push(...children.map(({ pid }) => pid))
  }
  return found
}

/** Those of `seen` that still run. */
export const stillRunning = (seen: Seen[]) =>
  all().filter(({ pid, command }) => seen.some((each) => each.pid === pid && each.command === command))
