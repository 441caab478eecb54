/** The texts of mails. They contain no link and no host: those come from a request, and its sender can forge them. */
import { TIMES } from '../config'
import type { CodeKind } from '../protocol'
import type { Mail } from './mail'

/** A mail without its address. */
export type Letter = Omit<Mail, 'to'>

const MINUTES = TIMES.code / 60_000
const RECOVERY_HOURS = TIMES.recoveryCode / 3_600_000
const WAY_BACK_DAYS = TIMES.addressUndo / 86_400_000

/** The mail with a code. The subject does not contain it: subjects appear on locked screens and in logs. */
export function codeLetter(kind: CodeKind, username: string, code: string, recoveryCode?: string): Letter {
  const [subject, reason, warning] = CODE_WORDS[kind]
  return letter(
    subject,
    `${reason} @${username} is`,
    { code },
    `It is valid for ${MINUTES} minutes, only once, and only where it was asked for.`,
    ...(recoveryCode === undefined
      ? []
      : [
          `If that is another device, or if you are sent codes that you never asked for, use this longer one instead. It works on any device for ${RECOVERY_HOURS} hours:`,
          { code: recoveryCode },
        ]),
    warning,
  )
}

const CODE_WORDS: Record<CodeKind, [subject: string, reason: string, warning: string]> = {
  verify_email: [
    'Confirm your e-mail address',
    'The code that makes this the address of the Parlour account',
    'If you did not ask for it, ignore this mail: without the code nothing happens.',
  ],
  change_email: [
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

/** To the present address of an account that is to have another, with the code that undoes the change. */
export const addressChanging = (username: string, wayBack: string): Letter =>
  letter(
    'Your account is to have another address',
    `Somebody who is signed in as @${username} and knows the password has asked for another e-mail address of that Parlour account. Once the other address is confirmed, nothing is sent to this one any more.`,
    'If that was you, nothing needs to be done, and you can delete this mail.',
    `If it was not you: choose "forgot password", say that you have a code already, and give this address and the code below. It makes this address the account's again, signs everybody out and lets you choose a new password. It is valid for ${WAY_BACK_DAYS} days, also when the other address has been confirmed:`,
    { code: wayBack },
    'Give this code to nobody.',
  )

/** To the owner of an address that another account requested. The requester is not told that it is taken. */
export const addressWanted = (username: string): Letter =>
  letter(
    'Another account asked for your address',
    `Somebody asked to make this address that of another Parlour account. It stays the address of @${username}.`,
    'If that was you, sign in to the account that you want to keep. If it was not you, nothing needs to be done.',
  )

/** To an account whose password was changed, in case somebody else did it. */
export const passwordChanged = (username: string): Letter =>
  letter(
    'Your password was changed',
    `The password of the Parlour account @${username} was changed, and other devices were signed out.`,
    'If that was not you, choose a new password now with "forgot password".',
  )

/** To the address that an account had until now. */
export const addressChanged = (username: string): Letter =>
  letter(
    'Your account has another address now',
    `The Parlour account @${username} has another e-mail address from now on, and sends nothing to this one any more.`,
    `If that was not you, use the code in the mail "Your account is to have another address", which is valid for ${WAY_BACK_DAYS} days.`,
  )

/** To the owner of an address with which somebody tried to register. They are not told that it is taken. */
export const alreadyRegistered = (username: string): Letter =>
  letter(
    'You have an account already',
    `Somebody, perhaps you, tried to register with this address. It is the address of the Parlour account @${username} already, so no new one was made.`,
    'To use that account, sign in. If you do not know its password, or never made it, choose a new one with "forgot password": that signs everybody else out.',
    'If it was not you, nothing needs to be done.',
  )

/** A sentence, or a code on a line of its own. */
type Paragraph = string | { code: string }

function letter(subject: string, ...paragraphs: Paragraph[]): Letter {
  const inText = (each: Paragraph) => (typeof each === 'string' ? each : `    ${each.code}`)
  const inHtml = (each: Paragraph) =>
    typeof each === 'string'
      ? `<p>${escaped(each)}</p>`
      : `<p style="font: bold ${each.code.length > 10 ? 1.2 : 2}em monospace; letter-spacing: 0.1em">${each.code}</p>`
  return {
    subject,
    text: `${paragraphs.map(inText).join('\n\n')}\n`,
    html: paragraphs.map(inHtml).join('\n'),
  }
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
