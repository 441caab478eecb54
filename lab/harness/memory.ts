/** How much memory a server takes, seen from outside. Linux and macOS. */
import { execFileSync } from 'node:child_process'

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
