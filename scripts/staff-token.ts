/** An access token of staff, for a command that asks a local server as the operator. */
import { Directory, runningDoor } from './directory.ts'
import { readVars } from './setup.mjs'
import { Trouble } from './steps.mjs'
import { workerModule } from './worker-module.mjs'

/**
 * Signs in as the first staff account of the local server at `url`; the trail shows it as `token.issued`.
 * @throws {Trouble} when no local server answers there, or has no staff
 */
export async function staffToken(url: string): Promise<string> {
  const door = await runningDoor(url)
  const secret = process.env.AUTH_SECRET ?? readVars('.dev.vars').AUTH_SECRET
  if (!door || !secret) {
    throw new Trouble(`No local server answers at ${url}.`, 'Start it, or give --url and the token of a staff account.')
  }
  const directory = new Directory(door)
  const staff = await directory
    .prepare(
      'SELECT id, username, email FROM users WHERE is_staff = 1 AND disabled_at IS NULL AND erased_at IS NULL ORDER BY id LIMIT 1',
    )
    .first()
  if (!staff) throw new Trouble('This server has no staff.', 'npm run admin -- staff <username>')
  const { issueToken } = await workerModule('src/operator/actions.ts')
  return (await issueToken(directory, secret, staff)).access
}
