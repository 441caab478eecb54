/**
 * `npm run admin -- <verb>`: what the operator does: the first staff account, accounts, figures, the trail.
 *
 * Of the local server by default, running or not; of the deployed one with `--remote`. Facts go to the directory. What
 * must reach an actor, which is only that sockets of ended sessions close, goes through the server's own API.
 */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { Directory, remoteDoor, runningDoor, storeDoor } from './directory.ts'
import { newOperatorKey, OPERATOR_KEY_FILE } from './operator-key.ts'
import { EXPLANATION, rotateFile, rotateRemote } from './rotate-secret.ts'
import { prepareToRun, readVars } from './setup.mjs'
import { bold, dim, say, script, Trouble } from './steps.mjs'
import { migrateDirectory, STATE } from './store.mjs'
import { stopOnSignals } from './tether.mjs'
import { workerModule } from './worker-module.mjs'
import { ROOT } from './wrangler.mjs'

const HELP = `
npm run admin -- <verb> [options]

  create <email>         makes an account; prints its password unless --password gives one
  staff <who>            gives an account the rights of staff; --revoke takes them
  disable <who>          ends an account's sessions, closes its sockets, keeps it out
  enable <who>           lets it sign in again
  token <who>            prints an access token for debugging, good for an hour (local only)
  users [text]           accounts whose name or address contains the text
  stats (or count)       figures of the whole deployment
  audit                  who did what, newest first; --limit 50
  key create <name>      makes an API key for a product's server; --scopes users,sign (all by default)
  rotate-secret          a new AUTH_SECRET; nobody is signed out. Explains itself with --dry-run
  operator-key           makes the key that exporting and restoring rooms takes; --key <file>, --json

<who> is a username, an e-mail address or an id.

  --remote               the deployed directory, as whoever is signed in to Wrangler
  --url <address>        where the server answers (local: http://localhost:$PORT, or 8787)
  --persist-to <folder>  where the local server keeps its data
  --env-file <file>      its variables and secrets (.dev.vars)
  --username, --password, --staff   for create
  --wait <seconds>       for rotate-secret --remote: between its two steps (330)
  --json                 one JSON value instead of words
  --dry-run              says what would be done and does not
`

const OPTIONS = {
  remote: { type: 'boolean', default: false },
  url: { type: 'string' },
  'persist-to': { type: 'string', default: STATE },
  'env-file': { type: 'string', default: path.join(ROOT, '.dev.vars') },
  wait: { type: 'string', default: '330' },
  username: { type: 'string' },
  password: { type: 'string' },
  staff: { type: 'boolean', default: false },
  revoke: { type: 'boolean', default: false },
  scopes: { type: 'string', default: '' },
  limit: { type: 'string', default: '50' },
  key: { type: 'string', default: OPERATOR_KEY_FILE },
  json: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

interface Account {
  id: number
  username: string
  email: string
  staff: boolean
  disabled: boolean
}

/** src/operator/actions.ts, which is of the Worker's world: its types do not reach here. */
interface Actions {
  findAccount(db: Directory, who: string): Promise<Account>
  listAccounts(db: Directory, search: string | undefined): Promise<Account[]>
  createAccount(db: Directory, given: { email: string; password: string; username?: string }): Promise<Account>
  grantStaff(db: Directory, account: Account, isStaff: boolean): Promise<Account>
  disableAccount(db: Directory, account: Account): Promise<{ account: Account; sessions: number[] }>
  enableAccount(db: Directory, account: Account): Promise<Account>
  signOutTokens(secret: string, user: number, sessions: number[]): Promise<string[]>
  issueToken(db: Directory, secret: string, account: Account): Promise<{ access: string; expires_in: number }>
  countLiveSessions(db: Directory, account: Account): Promise<number>
  stats(db: Directory): Promise<Record<string, Record<string, number> | number>>
  createKey(
    db: Directory,
    secret: string,
    given: { name: string; scopes: string[] },
  ): Promise<{ id: number; secret: string; scopes: string[] }>
  listAudit(db: Directory, limit: number): Promise<Record<string, string | number | null>[]>
  recordSecretRotation(db: Directory): Promise<void>
}

/** What a verb answers: a value for `--json`, and the same in words. */
interface Answer {
  value: unknown
  words: string[]
}

const { values: options, positionals } = parse()
const [verb = 'help', who, third] = positionals
const dryRun = options['dry-run']

function parse() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true })
  } catch (error) {
    console.error(`\n  ${(error as Error).message}\n${HELP}`)
    process.exit(1)
  }
}

const url = options.url ?? (options.remote ? undefined : `http://localhost:${process.env.PORT ?? 8787}`)

async function openDirectory(): Promise<Directory> {
  if (options.remote) return new Directory(remoteDoor())
  const running = url && (await runningDoor(url))
  if (running) return new Directory(running)
  await migrateDirectory(options['persist-to'])
  return new Directory(storeDoor(options['persist-to']))
}

/** The secret of this deployment, where it is known: never that of a deployed one, unless it is given. */
function secret(): string | undefined {
  if (process.env.AUTH_SECRET) return process.env.AUTH_SECRET
  return options.remote ? undefined : readVars(options['env-file']).AUTH_SECRET
}

function named(): string {
  if (who !== undefined) return who
  throw new Trouble(`Whom? npm run admin -- ${verb} <who>`, 'A username, an e-mail address or an id.')
}

const line = ({ id, username, email, staff, disabled }: Account) =>
  [String(id), username.padEnd(20), email.padEnd(32), staff ? 'staff' : '', disabled ? 'disabled' : '']
    .join('  ')
    .trimEnd()

/** Does nothing but say so, when asked to. */
async function unlessDry(account: Account, would: string, act: () => Promise<Answer>): Promise<Answer> {
  if (!dryRun) return act()
  return { value: { dry_run: true, would, account }, words: [`Would ${would} ${line(account)}`] }
}

const VERBS: Record<string, (actions: Actions, db: Directory) => Promise<Answer>> = {
  async create(actions, db) {
    const email = named()
    const password = options.password ?? randomBytes(12).toString('base64url')
    const { username } = options
    if (dryRun) return { value: { dry_run: true, would: 'create', email }, words: [`Would create ${email}`] }
    let account = await actions.createAccount(db, { email, password, ...(username === undefined ? {} : { username }) })
    if (options.staff) account = await actions.grantStaff(db, account, true)
    const shown = options.password === undefined ? { password } : {}
    return {
      value: { ...account, ...shown },
      words: [`Created ${line(account)}`, ...('password' in shown ? [`Password  ${bold(password)}`] : [])],
    }
  },

  async staff(actions, db) {
    const account = await actions.findAccount(db, named())
    const grants = !options.revoke
    return unlessDry(account, grants ? 'make staff' : 'take the rights of staff from', async () => {
      const after = await actions.grantStaff(db, account, grants)
      return { value: after, words: [`${grants ? 'Staff now' : 'No longer staff'}: ${line(after)}`] }
    })
  },

  async disable(actions, db) {
    const account = await actions.findAccount(db, named())
    const live = await actions.countLiveSessions(db, account)
    return unlessDry(account, `end ${live} sessions and disable`, async () => {
      const done = await actions.disableAccount(db, account)
      const sockets = await closeSockets(actions, account, done.sessions)
      return {
        value: { ...done.account, sessions_ended: live, sockets },
        words: [`Disabled: ${line(done.account)}`, SOCKETS[sockets]],
      }
    })
  },

  async enable(actions, db) {
    const account = await actions.findAccount(db, named())
    return unlessDry(account, 'enable', async () => {
      const after = await actions.enableAccount(db, account)
      return { value: after, words: [`May sign in again: ${line(after)}`] }
    })
  },

  async token(actions, db) {
    const key = secret()
    if (options.remote || key === undefined) {
      throw new Trouble(
        options.remote ? 'Tokens are made for the local server only.' : 'There is no AUTH_SECRET to sign with.',
        'npm start writes one into .dev.vars; AUTH_SECRET in the environment goes before it.',
      )
    }
    const account = await actions.findAccount(db, named())
    return unlessDry(account, 'sign in as', async () => {
      const made = await actions.issueToken(db, key, account)
      return { value: made, words: [made.access] }
    })
  },

  async users(actions, db) {
    const found = await actions.listAccounts(db, who)
    return { value: found, words: found.map(line) }
  },

  async stats(actions, db) {
    const figures = await actions.stats(db)
    const words = Object.entries(figures).map(([name, value]) => {
      if (typeof value === 'number') return `${name.padEnd(12)} ${value}`
      const parts = Object.entries(value).map(([part, count]) => `${part.replaceAll('_', ' ')} ${count}`)
      return `${name.padEnd(12)} ${parts.join(' · ')}`
    })
    return { value: figures, words }
  },

  async key(actions, db) {
    if (who !== 'create' || !third)
      throw new Trouble('Which key? npm run admin -- key create <name>', 'Staff see all keys.')
    const deployment = secret()
    if (!deployment) {
      const advice = 'Set AUTH_SECRET in the environment, or make the key at /api/admin/api-keys/ as staff.'
      throw new Trouble('An API key is derived from AUTH_SECRET, which is not known here.', advice)
    }
    const given = { name: third, scopes: options.scopes.split(',').filter(Boolean) }
    if (dryRun) return { value: given, words: [`would make the key ${third}`] }
    const made = await actions.createKey(db, deployment, given)
    return {
      value: made,
      words: [made.secret, dim(`id ${made.id}, scopes ${made.scopes.join(', ')}: shown this once`)],
    }
  },

  async audit(actions, db) {
    const trail = await actions.listAudit(db, Number(options.limit) || 50)
    const words = trail.map(({ timestamp, action, actor, user, room_id, detail }) => {
      const whom = user ?? (room_id === null ? '' : `room ${room_id}`)
      return `${dim(String(timestamp))}  ${String(action).padEnd(14)}  ${String(actor ?? '(command)').padEnd(20)}  ${whom} ${detail}`.trimEnd()
    })
    return { value: trail, words }
  },
}
VERBS['rotate-secret'] = async (actions, db) => {
  const words = EXPLANATION
  if (dryRun) return { value: { dry_run: true, would: 'rotate AUTH_SECRET' }, words }
  if (!options.remote && url && (await runningDoor(url))) {
    throw new Trouble(`A server runs at ${url} with the secret in use.`, 'Stop it, rotate, and start it again.')
  }
  const set = options.remote
    ? await rotateRemote(Number(options.wait) * 1_000 || 0, (text) => options.json || say(text))
    : rotateFile(options['env-file'])
  await actions.recordSecretRotation(db)
  return { value: { rotated: set }, words: [...words, '', `Set: ${set.join(', ')}`] }
}

VERBS.count = VERBS.stats as (typeof VERBS)[string]

type Sockets = 'none' | 'closed' | 'no_server' | 'no_secret'

const SOCKETS: Record<Sockets, string> = {
  none: 'It had no sessions, so no sockets.',
  closed: 'Its sockets are closed.',
  no_server: 'No server answers, so no sockets are open, or --url must say where it is.',
  no_secret:
    'Its open sockets stay open: closing them takes --url and AUTH_SECRET in the environment, or staff at /admin/.',
}

/** Has the server close the sockets of sessions that are over. */
async function closeSockets(actions: Actions, { id }: Account, sessions: number[]): Promise<Sockets> {
  const key = secret()
  if (sessions.length === 0) return 'none'
  if (url === undefined || key === undefined) return 'no_secret'
  try {
    for (const refresh of await actions.signOutTokens(key, id, sessions)) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${url}/api/logout/`, { method: 'POST', headers, body: JSON.stringify({ refresh }) })
      if (!answer.ok) return 'no_secret'
    }
    return 'closed'
  } catch {
    return 'no_server'
  }
}

/** Asks no directory: the private half stays in a file here, the public half goes into the configuration. */
async function makeOperatorKey(): Promise<number> {
  const publicKey = await newOperatorKey(options.key)
  if (options.json) console.log(JSON.stringify({ file: options.key, public_key: publicKey }))
  else {
    say(`The private key is in ${options.key}. Keep it where no server and no staff can read it.`)
    say('The public key, for wrangler.toml of a deployment or .dev.vars of this computer:')
    say(bold(`OPERATOR_PUBLIC_KEY="${publicKey}"`))
  }
  return 0
}

stopOnSignals()
await script(async () => {
  const act = VERBS[verb]
  if (options.help || (!act && verb !== 'operator-key')) {
    console.log(HELP)
    return options.help || verb === 'help' ? 0 : 1
  }
  await prepareToRun()
  if (verb === 'operator-key') return makeOperatorKey()
  try {
    const actions: Actions = await workerModule('src/operator/actions.ts')
    const { value, words } = await (act as (typeof VERBS)[string])(actions, await openDirectory())
    if (options.json) console.log(JSON.stringify(value, null, 2))
    else for (const each of words) say(each)
  } catch (error) {
    throw refusal(error) ?? error
  }
  return 0
})

/** A refusal of the Worker's own code, in words for whoever typed the command. */
function refusal(error: unknown): Trouble | undefined {
  const { name, message, issues } = error as {
    name?: string
    message: string
    issues?: { path: string[]; message: string }[]
  }
  if (issues)
    return new Trouble(
      issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n  '),
      'Nothing was done.',
    )
  return name === 'ChatError' ? new Trouble(message, 'Nothing was done.') : undefined
}
