/** A tab that belongs to one demo account: another tab may be somebody else, and they can talk. */

/** Where a server answers that nobody has deployed: only there is it worth asking for demo accounts. */
export const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)

const KEY = 'parlour:demo'
const address = new URL(location.href)

/** The username that this page was opened for, once: a reload does not sign in anew. */
export const requestedUsername = isLocal ? address.searchParams.get('demo') : null
if (requestedUsername !== null) {
  // Whoever this tab was before is not who it is now.
  sessionStorage.clear()
  sessionStorage.setItem(KEY, requestedUsername)
  address.searchParams.delete('demo')
  history.replaceState(null, '', address)
}

/** Whether the session of this page is this tab's alone. */
export const isDemoTab = isLocal && sessionStorage.getItem(KEY) !== null

/** Where such a session is kept: other tabs do not see it. */
export const tabStorage: Storage | undefined = isDemoTab ? sessionStorage : undefined

/** Where a page opens as one of them. */
export const demoUrl = (username: string): string => `/?demo=${encodeURIComponent(username)}`
