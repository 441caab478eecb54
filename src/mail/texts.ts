/** What the mails say. No link, no host: those would come from a request, and whoever sends one can forge them. */
import { TIMES } from '../config'
import type { CodePurpose } from '../protocol'
import type { Mail } from './mail'

/** A mail that wants nothing but to be addressed. */
export type Letter = Omit<Mail, 'to'>

const MINUTES = TIMES.code / 60_000

/** The mail that brings a code. The code is not in the subject: subjects are shown on locked screens, and logged. */
export function codeLetter(purpose: CodePurpose, username: string, code: string): Letter {
  const [subject, reason, warning] = CODE_WORDS[purpose]
  return letter(subject, [`${reason} @${username} is`], code, [
    `It is valid for ${MINUTES} minutes and only once.`,
    warning,
  ])
}

const CODE_WORDS: Record<CodePurpose, [subject: string, reason: string, warning: string]> = {
  verify_email: [
    'Confirm your e-mail address',
    'The code that makes this the address of the Parlour account',
    'If you did not ask for it, ignore this mail: without the code nothing happens.',
  ],
  login: [
    'Your code to sign in',
    'The code to sign in to the Parlour account',
    'If you are not signing in, somebody knows your password: change it. Give this code to nobody.',
  ],
  reset_password: [
    'Your code for a new password',
    'The code to choose a new password for the Parlour account',
    'If you did not ask for it, ignore this mail: your password stays as it is. Give this code to nobody.',
  ],
}

/** Tells that the password is another, to whoever may not know. */
export const passwordChanged = (username: string): Letter =>
  letter('Your password was changed', [
    `The password of the Parlour account @${username} was changed, and other devices were signed out.`,
    'If that was not you, choose a new password now with "forgot password".',
  ])

/** Tells the address that was an account's until now. */
export const addressChanged = (username: string): Letter =>
  letter('Your account has another address now', [
    `The Parlour account @${username} has another e-mail address from now on, and sends nothing to this one any more.`,
    'If that was not you, somebody is signed in as you: ask the people who run your server to close the account.',
  ])

/** Tells the owner of an address that somebody tried to register with it. Whoever tried was not told that it is taken. */
export const alreadyRegistered = (username: string): Letter =>
  letter('You have an account already', [
    `Somebody, perhaps you, tried to register with this address. It is the address of the Parlour account @${username} already, so no new one was made.`,
    'To use that account, sign in. If you do not know its password, or never made it, choose a new one with "forgot password": that signs everybody else out.',
    'If it was not you, nothing needs to be done.',
  ])

function letter(subject: string, before: string[], code?: string, after: string[] = []): Letter {
  const paragraph = (text: string) => `<p>${escaped(text)}</p>`
  const shown = code === undefined ? [] : [`<p style="font: bold 2em monospace; letter-spacing: 0.2em">${code}</p>`]
  return {
    subject,
    text: `${[...before, ...(code === undefined ? [] : [`    ${code}`]), ...after].join('\n\n')}\n`,
    html: [...before.map(paragraph), ...shown, ...after.map(paragraph)].join('\n'),
  }
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
