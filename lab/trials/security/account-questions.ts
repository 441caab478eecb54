/** Every request from whose answer one could learn whether an address has an account. */
import { randomBytes } from 'node:crypto'
import type { Answer, Person } from '../../harness/api-client.ts'

/** Somebody who is asked for. */
export type Asked = Pick<Person, 'email' | 'username'>

export interface Question {
  method?: 'PATCH'
  path: string
  body(of: Asked): object
  /** Whether asking makes an account: then nobody can be asked for twice. */
  spends?: true
  /** Whether somebody signed in asks. */
  signedIn?: true
}

export const PASSWORD = 'a password that nobody has'
/** Of everybody who has an account. */
export const OWN_PASSWORD = 'a password of their own'

const OTP = '000000'
const LONG_CODE = 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA'

export const QUESTIONS: Record<string, Question> = {
  'login by address': { path: 'login', body: ({ email }) => ({ email, password: PASSWORD }) },
  'login by username': { path: 'login', body: ({ username }) => ({ username, password: PASSWORD }) },
  'login by a device with a key': {
    path: 'login',
    body: ({ email }) => ({ email, password: PASSWORD, device_key: 'a-key-of-one-device-0001' }),
  },
  register: {
    path: 'register',
    body: ({ email }) => ({ email, username: fresh('new').username, password: PASSWORD }),
    spends: true,
  },
  'register without a username': {
    path: 'register',
    body: ({ email }) => ({ email, password: PASSWORD }),
    spends: true,
  },
  'forgot password': { path: 'forgot-password', body: ({ email }) => ({ email }) },
  'resend a code': { path: 'resend-otp', body: ({ email }) => ({ email, purpose: 'verify_email' }) },
  'resend a login code': { path: 'resend-otp', body: ({ email }) => ({ email, purpose: 'login' }) },
  'guess a code': { path: 'verify-email', body: ({ email }) => ({ email, otp: OTP }) },
  'guess a reset': { path: 'reset-password', body: ({ email }) => ({ email, otp: OTP, new_password: PASSWORD }) },
  'guess a long code': {
    path: 'reset-password',
    body: ({ email }) => ({ email, otp: LONG_CODE, new_password: PASSWORD }),
  },
  'ask for another address': {
    method: 'PATCH',
    path: 'profile',
    body: ({ email }) => ({ email, old_password: OWN_PASSWORD }),
    signedIn: true,
  },
  'ask for another address with a wrong password': {
    method: 'PATCH',
    path: 'profile',
    body: ({ email }) => ({ email, old_password: PASSWORD }),
    signedIn: true,
  },
  'ask for another address without a password': {
    method: 'PATCH',
    path: 'profile',
    body: ({ email }) => ({ email }),
    signedIn: true,
  },
  'resend the code of another address': {
    path: 'resend-otp',
    body: ({ email }) => ({ email, purpose: 'verify_email' }),
    signedIn: true,
  },
  'guess the code of another address': {
    path: 'verify-email',
    body: ({ email }) => ({ email, otp: OTP }),
    signedIn: true,
  },
}

export const fresh = (name: string): Asked => {
  const username = `${name}${randomBytes(6).toString('hex')}`
  return { username, email: `${username}@people.example` }
}

/** All that is seen of an answer, without what was sent and what is new each time. */
export function comparable({ status, headers, text }: Answer, sent: Record<string, unknown>) {
  let seen = text
  for (const [field, value] of Object.entries(sent)) seen = seen.replaceAll(`"${value}"`, `"<${field}>"`)
  seen = seen
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll(/"id":\d+/g, '"id":<id>')
    .replaceAll(/asker[0-9a-f]{12}/g, '<asker>')
  const { 'x-request-id': _, date: __, ...rest } = Object.fromEntries(headers)
  return { status, headers: rest as Record<string, string>, body: seen }
}
