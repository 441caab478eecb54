/** Signing out and erasing. Both remove the person's data from this browser; a session that expires removes nothing. */

import { accounts, chat } from './chat'
import { tabStorage } from './demo/tab'
import { clearAllDesktop } from './notifications/desktop'
import { clearToasts } from './parts/toasts'
import { sendAll } from './pending-changes'
import { clearComposeState } from './room/composer/compose-state'

/** Milliseconds to wait for pending changes. Changes that remain are sent after the next sign-in. */
const MAX_WAIT = 2_000

/** Ends the session by `end`, then removes the person's data. */
async function endSession(end: () => Promise<unknown>): Promise<void> {
  const person = chat.auth.user?.id
  clearToasts()
  await Promise.race([sendAll(), new Promise((resolve) => setTimeout(resolve, MAX_WAIT))])
  // The session ends here before or after the answer of the server.
  const forget = () => person !== undefined && chat.auth.user === null && removeLocalData(person)
  const ended = end()
  forget()
  await ended.finally(forget)
}

/**
 * Removes drafts, unsent messages and desktop notifications. `saved-rooms.ts` removes the copies of rooms, and the server's answer
 * clears the browser's cache, where images are.
 */
function removeLocalData(person: number): void {
  clearComposeState(person)
  void clearAllDesktop()
  for (const storage of [localStorage, tabStorage ?? localStorage]) {
    // The SDK stores unsent messages for the next session under keys with this suffix.
    const theirs = Object.keys(storage).filter((key) => key.endsWith(`:unsent:${person}`))
    for (const key of theirs) storage.removeItem(key)
  }
}

export const signOut = (): Promise<void> => endSession(() => chat.auth.logout())

export const eraseAccount = (password: string): Promise<void> => endSession(() => accounts.deleteAccount(password))
