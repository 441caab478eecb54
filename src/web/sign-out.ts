/** Signing out and erasing: both remove what this browser keeps of the person. A session that ends by itself removes nothing. */

import { chat } from './chat'
import { tabStorage } from './demo/tab'
import { clearAllDesktop } from './notifications/desktop'
import { clearToasts } from './parts/toasts'
import { sendAll } from './pending-changes'
import { clearComposeState } from './room/composer/compose-state'

/** How long signing out waits for what is unfinished, in milliseconds. Without a connection it is done after the next signing in. */
const MAX_WAIT = 2_000

/** Runs what ends the account here, and forgets its person when that is done. */
async function endSession(end: () => Promise<unknown>): Promise<void> {
  const person = chat.auth.user?.id
  clearToasts()
  await Promise.race([sendAll(), new Promise((resolve) => setTimeout(resolve, MAX_WAIT))])
  // The session may have ended here before the server answers, or when it has.
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
    // The SDK keeps unsent messages for their sender's next session, under this ending.
    const theirs = Object.keys(storage).filter((key) => key.endsWith(`:unsent:${person}`))
    for (const key of theirs) storage.removeItem(key)
  }
}

export const signOut = (): Promise<void> => endSession(() => chat.auth.logout())

export const eraseAccount = (password: string): Promise<void> => endSession(() => chat.auth.deleteAccount(password))
