/** Brings a fresh clone to where it runs: the steps that start, test, check and demo share. Uses nothing but Node 20. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { script, step, Trouble } from './steps.mjs'
import { migrateDirectory, STATE } from './store.mjs'
import { stopOnSignals } from './tether.mjs'
import { projectNode, quietly, ROOT } from './wrangler.mjs'

export const OLDEST_NODE = 20
/** What an installation and what a day of local use may need, in bytes. */
const ROOM_TO_INSTALL = 700 * 2 ** 20
const ROOM_TO_RUN = 50 * 2 ** 20

/** @param {string} version as in `process.versions.node` @throws {Trouble} when it is too old */
export function checkNode(version) {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return
  throw new Trouble(
    `Node ${OLDEST_NODE} or later is needed and this is ${version}.`,
    'Install a newer one from https://nodejs.org or with your version manager (nvm install 24), then run the same again.',
  )
}

/** @param {number} free bytes on the disk @param {number} needed bytes @throws {Trouble} when there is too little */
export function checkDisk(free, needed) {
  if (free >= needed) return
  const mb = (/** @type {number} */ bytes) => `${Math.floor(bytes / 2 ** 20)} MB`
  throw new Trouble(
    `The disk is full: ${mb(free)} are free and ${mb(needed)} are needed.`,
    'Free some space and run the same again.',
  )
}

export function freeBytes() {
  const { bavail, bsize } = fs.statfsSync(ROOT)
  return bavail * bsize
}

/** Whether node_modules holds what package-lock.json says, by npm's own record of what it installed. */
export function installed() {
  const read = (/** @type {string} */ name) => JSON.parse(fs.readFileSync(path.join(ROOT, name), 'utf8')).packages
  try {
    const have = read('node_modules/.package-lock.json')
    return Object.entries(read('package-lock.json')).every(
      ([place, { version, optional }]) => place === '' || optional || have[place]?.version === version,
    )
  } catch {
    return false
  }
}

/** Node, room on the disk, dependencies. */
export async function prepareToRun() {
  checkNode(process.versions.node)
  const complete = installed()
  checkDisk(freeBytes(), complete ? ROOM_TO_RUN : ROOM_TO_INSTALL)
  // Not `npm ci`, which would first remove what another terminal may be running on. --no-save leaves the lockfile alone.
  if (!complete) await step('Installing dependencies', () => quietly('npm install', 'npm', ['install', '--no-save']))
  projectNode()
}

/**
 * Writes .dev.vars from the example, with a fresh secret. One that exists is left alone.
 * @param {string} [file]
 */
export function writeSecrets(file = path.join(ROOT, '.dev.vars')) {
  const example = fs.readFileSync(path.join(ROOT, '.dev.vars.example'), 'utf8')
  const secrets = example.replace('replace-me', randomBytes(32).toString('base64url'))
  fs.writeFileSync(file, secrets, { mode: 0o600, flag: 'wx' })
}

/**
 * The variables of a file like .dev.vars; none where it does not exist.
 * @param {string} file
 * @returns {Record<string, string>}
 */
export function readVars(file) {
  if (!fs.existsSync(file)) return {}
  const lines = fs.readFileSync(file, 'utf8').matchAll(/^\s*([A-Z_]+)\s*=\s*(?:"(.*)"|'(.*)'|(.*?))\s*$/gm)
  return Object.fromEntries(
    [...lines].map(([, name, ...values]) => [name, values.find((value) => value !== undefined)]),
  )
}

/**
 * Secrets that a server may have and need not: Wrangler reads only those of .dev.vars that wrangler.toml requires, so
 * these are handed to it as variables.
 */
const OPTIONAL_SECRETS = ['AUTH_SECRET_PREVIOUS', 'SMTP_PASSWORD']

/**
 * Wrangler's arguments for the optional secrets among some variables.
 * @param {Record<string, string>} vars
 */
export const optionalSecrets = (vars) =>
  OPTIONAL_SECRETS.flatMap((name) => (vars[name] ? ['--var', `${name}:${vars[name]}`] : []))

/** What a server on this computer needs besides: its secrets and its database. @param {string} [persistTo] */
export async function prepareToServe(persistTo = STATE) {
  const file = path.join(ROOT, '.dev.vars')
  if (!fs.existsSync(file)) await step('Making secrets in .dev.vars', () => writeSecrets(file))
  await step('Bringing the database up to date', () => migrateDirectory(persistTo))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  stopOnSignals()
  await script(prepareToRun)
}
