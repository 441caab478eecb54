/** `npm run admin -- rotate-secret`: a new `AUTH_SECRET`, with the one before kept for reading, so that nobody is signed out. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { readVars } from './setup.mjs'
import { Trouble } from './steps.mjs'
import { environment, ROOT, wranglerCommand } from './wrangler.mjs'

const CURRENT = 'AUTH_SECRET'
const PREVIOUS = 'AUTH_SECRET_PREVIOUS'

/** Some secrets of a deployment, by their names. */
type Secrets = Record<string, string>

/** What is set one after the other, each with the reason for it. */
export interface Step {
  secrets: Secrets
  because: string
}

const newSecret = () => randomBytes(32).toString('base64url')

/**
 * What has to be set for `next` to take the place of `current`. A deployment has Workers and actors of both versions for
 * some minutes, so the new secret is readable everywhere before anything is made with it.
 */
export const stepsTo = (current: string, next: string): Step[] => [
  { secrets: { [PREVIOUS]: next }, because: 'every part of the deployment can read what the new secret will sign' },
  {
    secrets: { [CURRENT]: next, [PREVIOUS]: current },
    because: 'what is made from now on is signed with the new secret, and what the old one signed stays good',
  },
]

/** What the operator has to know, whatever is rotated. */
export const EXPLANATION = [
  'A new AUTH_SECRET signs everything that is made from now on; the one before stays as AUTH_SECRET_PREVIOUS, for reading.',
  'Nobody is signed out, links of images and codes on their way stay good. Rotate again, or remove AUTH_SECRET_PREVIOUS,',
  'after 30 days at the earliest: by then every session that is in use has tokens of the new secret. If the old secret has',
  'become known to somebody, remove AUTH_SECRET_PREVIOUS at once: everybody signs in again.',
]

/** The secret in use: of a file, or of the deployed Worker as the environment gives it. @throws {Trouble} when it is not to be had */
function currentSecret(file: string | undefined): string {
  const given = file === undefined ? process.env[CURRENT] : readVars(file)[CURRENT]
  if (given) return given
  throw file === undefined
    ? new Trouble(
        'The secret in use has to be known, and Cloudflare gives none back.',
        `${CURRENT}=<the secret in use> npm run admin -- rotate-secret --remote`,
      )
    : new Trouble(`${file} has no ${CURRENT}.`, 'npm start writes one.')
}

/** Rotates the secret of a file like .dev.vars; its other lines stay. @returns the names that were set */
export function rotateFile(file: string): string[] {
  const next = newSecret()
  const secrets = Object.assign({}, ...stepsTo(currentSecret(file), next).map((step) => step.secrets)) as Secrets
  const kept = fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !new RegExp(`^\\s*${PREVIOUS}\\s*=`).test(line))
    .map((line) => (new RegExp(`^\\s*${CURRENT}\\s*=`).test(line) ? linesOf(secrets) : line))
  // Beside and renamed: a file that is half written would sign everybody out.
  const beside = `${file}.${process.pid}`
  fs.writeFileSync(beside, kept.join('\n'), { mode: 0o600, flag: 'wx' })
  fs.renameSync(beside, file)
  return Object.keys(secrets)
}

const linesOf = (secrets: Secrets) => [CURRENT, PREVIOUS].map((name) => `${name}="${secrets[name]}"`).join('\n')

/** Rotates the secret of the deployed Worker. @param wait milliseconds until a version has reached every place */
export async function rotateRemote(wait: number, say: (text: string) => void): Promise<string[]> {
  const steps = stepsTo(currentSecret(undefined), newSecret())
  for (const [place, { secrets, because }] of steps.entries()) {
    if (place > 0) {
      say(`Waiting ${wait / 1_000} s until the version before has reached every place.`)
      await pause(wait)
    }
    const [command, args] = wranglerCommand(['secret', 'bulk'])
    execFileSync(command, args, { cwd: ROOT, env: environment(), input: JSON.stringify(secrets), stdio: 'pipe' })
    say(`Set ${Object.keys(secrets).join(' and ')}: ${because}.`)
  }
  return [...new Set(steps.flatMap(({ secrets }) => Object.keys(secrets)))]
}
