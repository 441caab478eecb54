/** Waits until no room pushes to a sidebar any more. */
import type { LabServer } from '../harness/server.ts'
import { pause } from '../harness/waiting.ts'
import type { Push } from '../server/doors.ts'

/** Without a push for this long every sidebar is up to date, in milliseconds. */
const QUIET = 1_500
const PATIENCE = 120_000

/** @returns all pushes until there have been none for a while. @throws {Error} when they do not end */
export async function untilQuiet(parlour: LabServer): Promise<Push[]> {
  const pushes: Push[] = []
  const deadline = performance.now() + PATIENCE
  let last = performance.now()
  while (performance.now() - last < QUIET) {
    if (performance.now() > deadline) throw new Error('Rooms push to sidebars without end')
    await pause(200)
    const some = await parlour.pushes()
    if (some.length > 0) last = performance.now()
    pushes.push(...some)
  }
  return pushes
}
