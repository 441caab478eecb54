/** The ways out: what somebody leaves by themselves keeps nothing of them on this device. */
import { chat } from './chat'
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
  const forget = () => person !== undefined && chat.auth.user === null && forgetWriting(person)
  const ended = end()
  forget()
  await ended.finally(forget)
}

export const signOut = (): Promise<void> => leave(() => chat.auth.logout())

export const eraseAccount = (password: string): Promise<void> => leave(() => chat.auth.deleteAccount(password))
