/** What `npm run doctor` looks at: each check finds one fact, says whether it is well, and if not, what helps. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { fingerprint, STAMP } from './build.mjs'
import { type Door, remoteDoor, runningDoor, storeDoor } from './directory.ts'
import { portTaken } from './ports.mjs'
import { freeBytes, installed, OLDEST_NODE, readVars } from './setup.mjs'
import { workerModule } from './worker-module.mjs'
import { environment, ROOT, wranglerCommand } from './wrangler.mjs'

/** How a check ended. A `warning` is worth knowing; with a `failure` the server does not run, or not safely. */
export type Verdict = 'ok' | 'warning' | 'failure'

export interface Finding {
  check: string
  verdict: Verdict
  /** What was found. Never a secret. */
  found: string
  /** What to do about it. */
  advice?: string
}

/** Which deployment is examined. */
export interface Patient {
  remote: boolean
  /** Where the local server answers, if it runs. */
  url: string
  /** The file of local variables and secrets. */
  varsFile: string
  persistTo: string
}

/** The part of Wrangler's configuration that is looked at. */
interface Configuration {
  compatibility_date?: string
  vars: Record<string, unknown>
  d1_databases: { binding: string }[]
  r2_buckets: { binding: string }[]
  send_email: { name: string }[]
  assets?: { binding?: string }
  durable_objects: { bindings: { name: string; class_name: string }[] }
  migrations: { new_sqlite_classes?: string[] }[]
}

type Found = Omit<Finding, 'check'>
const ok = (found: string): Found => ({ verdict: 'ok', found })
const warning = (found: string, advice: string): Found => ({ verdict: 'warning', found, advice })
const failure = (found: string, advice: string): Found => ({ verdict: 'failure', found, advice })

/** The secret that signs everything, and how short it may be. */
const SECRET = 'AUTH_SECRET'
const SECRETS = [SECRET, 'AUTH_SECRET_PREVIOUS', 'SMTP_PASSWORD']
const SECRET_LEAST = 32
/** Random text of that length has more different characters than this; what people make up has not. */
const CHARACTERS_LEAST = 12
/** workerd takes a compatibility date of at most this many days after its own release. */
const DAYS_AHEAD = 7
const DISK_LEAST = 50 * 2 ** 20

/** Every check, in the order in which they are worth reading. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const config = await configuration()
  const checks: [string, () => Found | Promise<Found>][] = [
    ['Node', () => node(process.versions.node)],
    ['Dependencies', () => dependencies(installed())],
    ['Runtime', () => runtime(config.compatibility_date ?? '', versionOf('wrangler'), versionOf('workerd'))],
    ['Disk', () => disk(freeBytes())],
    ['Bindings', () => bindings(config)],
    ['Settings', () => settings(config.vars, patient)],
    ['Secrets', () => (patient.remote ? remoteSecrets(config.vars) : localSecrets(patient.varsFile))],
    ['Web app', () => webApp()],
    ...(patient.remote ? [] : [['Server', () => server(patient.url)] as [string, () => Promise<Found>]]),
  ]
  const findings: Finding[] = []
  for (const [check, look] of checks) findings.push({ check, ...(await tried(look)) })
  return [...findings, ...(await directory(patient))]
}

/** What a check could not find out is a finding too. */
async function tried(look: () => Found | Promise<Found>): Promise<Found> {
  try {
    return await look()
  } catch (error) {
    return failure((error as Error).message, 'Put that right and look again.')
  }
}

async function configuration(): Promise<Configuration> {
  const { unstable_readConfig } = await import('wrangler')
  return unstable_readConfig({ config: path.join(ROOT, 'wrangler.toml') }) as unknown as Configuration
}

const versionOf = (name: string): string =>
  JSON.parse(fs.readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version

export const node = (version: string): Found =>
  Number(version.split('.')[0]) >= OLDEST_NODE
    ? ok(version)
    : failure(version, `Node ${OLDEST_NODE} or later is needed: https://nodejs.org`)

export const dependencies = (complete: boolean): Found =>
  complete ? ok('as package-lock.json says') : failure('not what package-lock.json says', 'npm install')

/** The version of workerd says when it was released: 1.20261117.1. */
export function runtime(date: string, wrangler: string, workerd: string): Found {
  const [, year, month, day] = /^1\.(\d{4})(\d\d)(\d\d)\./.exec(workerd) ?? []
  const latest = Date.parse(`${year}-${month}-${day}`) + DAYS_AHEAD * 24 * 3_600_000
  const found = `wrangler ${wrangler}, workerd ${workerd}, compatibility date ${date}`
  if (Date.parse(date) <= latest) return ok(found)
  return failure(
    found,
    'The compatibility date in wrangler.toml is ahead of workerd: update Wrangler, or take an earlier date.',
  )
}

export const disk = (free: number): Found =>
  free >= DISK_LEAST ? ok(`${Math.floor(free / 2 ** 20)} MB free`) : failure('full', 'Free some space.')

/** What src asks for by name, as Wrangler's own generated types have it, and what wrangler.toml binds. */
export function bindings(config: Configuration): Found {
  const bound = [
    ...config.d1_databases.map(({ binding }) => binding),
    ...config.r2_buckets.map(({ binding }) => binding),
    ...config.send_email.map(({ name }) => name),
    ...config.durable_objects.bindings.map(({ name }) => name),
    ...(config.assets?.binding ? [config.assets.binding] : []),
  ]
  const types = fs.readFileSync(path.join(ROOT, 'worker-configuration.d.ts'), 'utf8')
  const wanted = [
    ...types.matchAll(/^\s+([A-Z_]+): (?:D1Database|R2Bucket|SendEmail|Fetcher|DurableObjectNamespace)/gm),
  ]
  const missing = wanted.map(([, name = '']) => name).filter((name) => !bound.includes(name))
  if (missing.length > 0) return failure(`not bound: ${missing.join(', ')}`, 'Bind them in wrangler.toml.')
  const made = config.migrations.flatMap(({ new_sqlite_classes = [] }) => new_sqlite_classes)
  const unmade = config.durable_objects.bindings.filter(({ class_name }) => !made.includes(class_name))
  if (unmade.length === 0) return ok(bound.join(', '))
  const classes = unmade.map(({ class_name }) => class_name).join(', ')
  return failure(`without storage: ${classes}`, 'Name them in a [[migrations]] of wrangler.toml.')
}

/** What the server itself will say of its variables. */
async function settings(vars: Record<string, unknown>, { remote, varsFile }: Patient): Promise<Found> {
  if (remote && vars.ENVIRONMENT !== 'production') {
    return failure(
      `ENVIRONMENT is ${vars.ENVIRONMENT}`,
      'In wrangler.toml it must be "production": /dev/mail/ shows every code.',
    )
  }
  const local = remote ? {} : readVars(varsFile)
  const known = new Set([...Object.keys(vars), ...SECRETS])
  const unknown = Object.keys(local).filter((name) => !known.has(name))
  const all = { ...vars, [SECRET]: 'x'.repeat(SECRET_LEAST), ...(remote ? {} : without(SECRET, local)) }
  try {
    const { ENVIRONMENT, EMAIL_VERIFICATION, RATE_LIMITS, PUBLIC_URL } = (
      await workerModule('src/config/index.ts')
    ).settings(all)
    const found = `${ENVIRONMENT}, verification ${EMAIL_VERIFICATION}, rate limits ${RATE_LIMITS}`
    if (remote && PUBLIC_URL === null) {
      const advice = 'Set it in wrangler.toml to where people open the server, like https://chat.example.'
      return warning('PUBLIC_URL is not set: links begin with the host that each request names', advice)
    }
    if (unknown.length === 0) return ok(found)
    return warning(
      `nobody reads ${unknown.join(', ')}`,
      'Only names under [vars] in wrangler.toml can be set in .dev.vars.',
    )
  } catch (error) {
    return failure((error as Error).message, `Put it right in ${remote ? 'wrangler.toml' : '.dev.vars'}.`)
  }
}

function without<T extends object>(name: string, set: T): T {
  const { [name as keyof T]: _, ...rest } = set
  return rest as T
}

export function localSecrets(file: string): Found {
  const secret = readVars(file)[SECRET]
  if (!secret) return failure(`${SECRET} is missing`, 'npm start writes a fresh one into .dev.vars.')
  const weak = 'Remove the line, or the file, and npm start: everybody signs in again.'
  if (secret.length < SECRET_LEAST) return failure(`${SECRET} has fewer than ${SECRET_LEAST} characters`, weak)
  if (new Set(secret).size < CHARACTERS_LEAST) return failure(`${SECRET} can be guessed`, weak)
  if ((fs.statSync(file).mode & 0o077) !== 0)
    return warning(`others on this computer can read them`, `chmod 600 ${file}`)
  return ok(`${SECRET} is strong, and only its owner reads it`)
}

async function remoteSecrets(vars: Record<string, unknown>): Promise<Found> {
  const names = (JSON.parse(await wrangler('secret', 'list', '--format', 'json')) as { name: string }[]).map(
    ({ name }) => name,
  )
  if (!names.includes(SECRET)) return failure(`${SECRET} is missing`, `npx wrangler secret put ${SECRET}`)
  if (vars.SMTP_URL && !names.includes('SMTP_PASSWORD')) {
    return warning('SMTP_URL without SMTP_PASSWORD', 'npx wrangler secret put SMTP_PASSWORD, if that server wants one.')
  }
  return ok(names.join(', '))
}

function webApp(): Found {
  const advice = 'npm start and npm run deploy build it.'
  if (!fs.existsSync(STAMP)) return warning('not built yet', advice)
  return fs.readFileSync(STAMP, 'utf8') === fingerprint()
    ? ok('built from these sources')
    : warning('older than its sources', advice)
}

async function server(url: string): Promise<Found> {
  const port = Number(new URL(url).port)
  if (!(await portTaken(port))) return ok(`none; port ${port} is free`)
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
  const health = (await answer?.json().catch(() => undefined)) as { status?: string; detail?: string } | undefined
  if (!health?.status) return warning(`port ${port} is another program's`, `PORT=${port + 1} npm start`)
  return health.status === 'ok'
    ? ok(`healthy at ${url}`)
    : failure(health.detail ?? 'failing', 'Its log says why: health.failing.')
}

/** Migrations of the directory that are due, and whether its index contradicts itself. */
async function directory(patient: Patient): Promise<Finding[]> {
  const door = patient.remote ? remoteDoor() : ((await runningDoor(patient.url)) ?? localDoor(patient.persistTo))
  const migrations = await tried(() => pending(door, patient.remote))
  const findings: Finding[] = [{ check: 'Migrations', ...migrations }]
  if (!door || migrations.verdict !== 'ok') return findings
  return [
    ...findings,
    { check: 'Index', ...(await tried(() => index(door))) },
    { check: 'Pending work', ...(await tried(() => overdue(door))) },
    { check: 'Staff', ...(await tried(() => staff(door))) },
  ]
}

/** A store that was never used is left alone: opening it would make it. */
const localDoor = (persistTo: string): Door | undefined =>
  fs.existsSync(path.join(persistTo, 'v3', 'd1')) ? storeDoor(persistTo) : undefined

async function pending(door: Door | undefined, remote: boolean): Promise<Found> {
  const advice = remote ? 'npm run deploy applies them.' : 'npm start applies them.'
  if (!door) return warning('the local database is not made yet', advice)
  const wanted = fs.readdirSync(path.join(ROOT, 'migrations', 'directory')).filter((name) => name.endsWith('.sql'))
  const applied = await ask(door, 'SELECT name FROM d1_migrations').catch(() => [])
  const due = wanted.filter((name) => !applied.some((row) => row.name === name))
  return due.length === 0 ? ok(`${wanted.length} applied`) : failure(`pending: ${due.join(', ')}`, advice)
}

/** Each room says in the index how many are in it; the members' own lines must agree. */
async function index(door: Door): Promise<Found> {
  const [row] = await ask(
    door,
    `SELECT count(*) AS rooms, coalesce(sum(r.member_count <> (
       SELECT count(*) FROM memberships m WHERE m.room_id = r.id AND m."left" = 0)), 0) AS wrong
     FROM rooms r WHERE r.deleted_at IS NULL`,
  )
  const { rooms, wrong } = row as { rooms: number; wrong: number }
  if (wrong === 0) return ok(`${rooms} rooms, each with the members it says`)
  return warning(
    `${wrong} of ${rooms} rooms disagree with their members`,
    'A room rewrites its lines at its next change; if it lasts, its log says outbox.failed.',
  )
}

/** Overdue work beyond this age is a warning, in milliseconds: retries of a neighbour that fails are minutes apart. */
const LATE = 10 * 60_000

/** What the sweep by cron found: work that rooms and people's objects should have done long ago. */
async function overdue(door: Door): Promise<Found> {
  const [row] = await ask(
    door,
    `SELECT min(swept_at) AS swept, min(min(coalesce(overdue_since, ${Number.MAX_SAFE_INTEGER}), coalesce(overdue_before,
       ${Number.MAX_SAFE_INTEGER}))) AS since FROM sweeps`,
  )
  const { swept, since } = row as { swept: number | null; since: number | null }
  if (swept === null) return ok('no sweep has run yet; only deployed Workers have them')
  const age = Date.now() - (since ?? Number.MAX_SAFE_INTEGER)
  if (age <= 0) return ok('none is overdue')
  const minutes = `the oldest is overdue for ${Math.ceil(age / 60_000)} min`
  return age < LATE
    ? ok(minutes)
    : warning(minutes, 'The log names the object: sweep.late, outbox.failed, alarm.failed.')
}

async function staff(door: Door): Promise<Found> {
  const [row] = await ask(door, 'SELECT count(*) AS staff FROM users WHERE is_staff = 1 AND disabled_at IS NULL')
  if (Number(row?.staff) > 0) return ok(`${row?.staff}`)
  return warning('nobody', 'npm run admin -- staff <username>')
}

const ask = async (door: Door, sql: string) => (await door([sql]))[0]?.results ?? []

async function wrangler(...args: string[]): Promise<string> {
  const [command, all] = wranglerCommand(args)
  const { stdout } = await promisify(execFile)(command, all, {
    cwd: ROOT,
    env: { ...environment(), CI: '1', NO_COLOR: '1' },
  })
  return stdout
}
