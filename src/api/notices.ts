/** What a person's sidebar must hear of their account, told after the answer and again if it did not get through. */
import { inTime, sidebarStub } from '../actor/stubs'
import type { Person, SessionId, UserId } from '../protocol'
import type { Asked } from './context'

/** Waits before the second, third and fourth try, in milliseconds: together far below the 30 s that remain after an answer. */
const AGAIN = [250, 1_000, 4_000]

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Tries until it works; at last logs what the sidebar never heard. `tell` takes a new stub each time: a broken one stays so. */
async function insist(about: object, tell: () => Promise<unknown>): Promise<void> {
  for (const wait of [...AGAIN, null]) {
    try {
      await inTime(tell())
      return
    } catch (error) {
      if (wait === null) console.error(JSON.stringify({ untold: about, message: String(error) }))
      else await pause(wait)
    }
  }
}

/** Closes the open sockets of sessions that have ended, on every actor. */
export function tellSessionsEnded(c: Asked, userId: UserId, sessions: SessionId[]): void {
  if (sessions.length === 0) return
  c.executionCtx.waitUntil(insist({ userId, sessions }, async () => sidebarStub(c.env, userId).endSessions(sessions)))
}

/** Brings a new name or picture to the rooms that show it. */
export function tellPersonChanged(c: Asked, person: Person): void {
  c.executionCtx.waitUntil(
    insist({ userId: person.id }, async () => sidebarStub(c.env, person.id).personChanged(person)),
  )
}
