/** The people whom the caller may find, by `DIRECTORY_VISIBILITY`. */
import type { Context } from 'hono'
import { settings } from '../../config'
import { connectedAmong } from '../../directory/people/people'
import type { UserId } from '../../protocol'
import type { SignedIn } from '../middleware/authenticate'

/**
 * The people among `ids` whom the caller may not find: unless everybody may find everybody, those who are not connected
 * to the caller. Every route that takes a person's id treats these as unknown. Otherwise requesting, blocking or
 * banning by id would list the directory.
 */
export async function invisibleAmong(c: Pick<Context<SignedIn>, 'env' | 'var'>, ids: UserId[]): Promise<Set<UserId>> {
  if (settings(c.env).DIRECTORY_VISIBILITY === 'all') return new Set()
  const connected = await connectedAmong(c.env.DIRECTORY, c.var.caller.id, ids)
  return new Set(ids.filter((id) => !connected.has(id)))
}

/** Whether the caller may find this person. */
export const isVisible = async (c: Pick<Context<SignedIn>, 'env' | 'var'>, id: UserId): Promise<boolean> =>
  (await invisibleAmong(c, [id])).size === 0
