/** Demo tabs: each tab of a development server can have its own account. */

/** True on a development server, which may have demo accounts. */
export const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)

const KEY = 'parlour:demo'
const address = new URL(location.href)

/** The demo account in the URL of this page. It is removed from the URL, so that a reload does not sign in again. */
export const requestedUsername = isLocal ? address.searchParams.get('demo') : null
if (requestedUsername !== null) {
  // The tab may have belonged to another account before.
  sessionStorage.clear()
  sessionStorage.setItem(KEY, requestedUsername)
  address.searchParams.delete('demo')
  history.replaceState(null, '', address)
}

/** True if the session belongs to this tab alone. */
export const isDemoTab = isLocal && sessionStorage.getItem(KEY) !== null

/** The storage of a demo tab's session, which other tabs do not share. */
export const tabStorage: Storage | undefined = isDemoTab ? sessionStorage : undefined

/** The URL that opens a tab with a demo account. */
export const demoUrl = (username: string): string => `/?demo=${encodeURIComponent(username)}`
