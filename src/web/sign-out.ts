/** Signing out and erasing: both remove what this browser keeps of the person. A session that ends by itself removes nothing. */
import { clearAllDesktop } from './alerts/desktop'
import { chat } from './chat'
import { ownStorage } from './demo/tab'
import { clearToasts } from './parts/toasts'
import { forgetWriting } from './room/writing'
import { finishAll } from './unfinished'

/** How long signing out waits for what is unfinished, in milliseconds. Without a connection it is done after the next signing in. */
const PATIENCE = 2_000

/** Runs what ends the account here, and forgets its person when that is done. */
async function leave(end: () => Promise<unknown>): Promise<void> {
  const person = chat.auth.user?.id
  clearToasts()
  await Promise.race([finishAll(), new Promise((resolve) => setTimeout(resolve, PATIENCE))])
  // The session may have ended here before the server answers, or when it has.
  const forget = () => person !== undefined && chat.auth.user === null && forgetPerson(person)
  const ended = end()
  forget()
  await ended.finally(forget)
}

/**
 * Removes drafts, unsent messages and desktop notifications. `kept.ts` removes the copies of rooms, and the server's answer
 * clears the browser's cache, where images are.
 */
function forgetPerson(person: number): void {
  forgetWriting(person)
  void clearAllDesktop()
  for (const storage of [localStorage, ownStorage ?? localStorage]) {
    // The SDK keeps unsent messages for their sender's next session, under this ending.
    const theirs = Object.keys(storage).filter((key) => key.endsWith(`:unsent:${person}`))
    for (const key of theirs) storage.removeItem(key)
  }
}

export const signOut = (): Promise<void> => leave(() => chat.auth.logout())

export const eraseAccount = (password: string): Promise<void> => leave(() => chat.auth.deleteAccount(password))
