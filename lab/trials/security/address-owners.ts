/**
 * Registers, asks codes for and guesses at the addresses of other people, and checks that their owners alone get the
 * accounts.
 */
import { randomBytes } from 'node:crypto'
import type { Answer, ApiClient, Request } from '../../harness/api-client.ts'
import type { Mailbox } from '../../harness/mailbox.ts'
import type { Findings } from '../../harness/trial.ts'
import type { Secrets } from './secrets.ts'

/** What strangers do, as often as the fault that this trial is for took: ten requests in an hour, five guesses. */
const REQUESTS = 10
const GUESSES = 10
/** More than any limit of mails to one address lets through. */
const FLOOD = 60
/** Without a mail for so long, in milliseconds, no more are on their way. */
const QUIET = 700

/** A device, on a network of its own. */
interface Device {
  headers: Record<string, string>
  body: { device_key?: string }
}

export class AddressOwners {
  readonly #api: ApiClient
  readonly #mailbox: Mailbox
  readonly #secrets: Secrets
  readonly #findings: Findings
  #people = 0
  #networks = 0

  constructor(api: ApiClient, mailbox: Mailbox, secrets: Secrets, findings: Findings) {
    this.#api = api
    this.#mailbox = mailbox
    this.#secrets = secrets
    this.#findings = findings
  }

  #address(): string {
    const email = `owner${++this.#people}${randomBytes(4).toString('hex')}@people.example`
    this.#secrets.keep('addresses', email)
    return email
  }

  #password(): string {
    const password = `${randomBytes(9).toString('base64url')} and more`
    this.#secrets.keep('passwords', password)
    return password
  }

  #device(withKey = false): Device {
    const n = ++this.#networks
    const key = withKey ? { device_key: randomBytes(24).toString('base64url') } : {}
    if (key.device_key) this.#secrets.keep('device keys', key.device_key)
    const headers = { 'cf-connecting-ip': `203.${n >> 8}.${n & 255}.1`, 'user-agent': `Agent/${n}` }
    return { headers, body: key }
  }

  #ask(on: Device, path: string, body: object, more: Request = {}): Promise<Answer> {
    return this.#api.ask('POST', `/api/${path}/`, { ...more, headers: on.headers, body: { ...on.body, ...body } })
  }

  async #newestCode(email: string, mails: number): Promise<string> {
    return (await this.#mailbox.codesTo(email, mails)).at(-1) ?? ''
  }

  /** Makes an account and signs in on a device. */
  async #owner(on: Device): Promise<{ email: string; password: string; access: string }> {
    const [email, password] = [this.#address(), this.#password()]
    await this.#ask(on, 'register', { email, password })
    const { body } = await this.#ask(on, 'verify-email', { email, otp: await this.#newestCode(email, 1) })
    return { email, password, access: body.access }
  }

  /** The owner of an address registers after others have: what they enter makes their own password the account's. */
  async registered(): Promise<void> {
    for (const withKey of [false, true]) {
      const [email, thiefs, owners] = [this.#address(), this.#password(), this.#password()]
      const [thief, owner] = [this.#device(), this.#device(withKey)]
      await this.#ask(thief, 'register', { email, password: thiefs })
      await this.#mailbox.codesTo(email, 1)
      await this.#ask(owner, 'register', { email, password: owners })
      const [theirs = '', mine = ''] = await this.#mailbox.codesTo(email, 2)
      for (let n = 0; n < GUESSES; n++) await this.#ask(thief, 'verify-email', { email, otp: wrong(mine) })
      const entered = await this.#ask(owner, 'verify-email', { email, otp: mine })
      this.#findings.expect('the code of one’s own attempt', entered.status, 200)
      this.#findings.expect(
        'the code of another’s attempt afterwards',
        (await this.#ask(thief, 'verify-email', { email, otp: theirs })).status,
        400,
      )
      for (const device of [thief, owner]) {
        const login = (password: string) => this.#ask(device, 'login', { identifier: email, password })
        this.#findings.expect('the password of who registered first', (await login(thiefs)).status, 400)
        this.#findings.expect('the owner’s password', (await login(owners)).status, 200)
      }
      this.#findings.count('addresses registered by others first')
    }
  }

  /** Strangers ask for codes and guess at them: the owner resets the password all the same, on any device. */
  async reset(): Promise<void> {
    const home = this.#device()
    const { email } = await this.#owner(home)
    const strangers = [this.#device(), this.#device()]
    for (let n = 0; n < REQUESTS; n++) await this.#ask(strangers[n % 2] as Device, 'forgot-password', { email })
    for (const [what, device] of [
      ['a device that nobody has seen', this.#device()],
      ['a device that has signed in before', home],
      ['a device with a key', this.#device(true)],
    ] as const) {
      const before = (await this.#mails(email)).length
      await this.#ask(device, 'forgot-password', { email })
      const otp = await this.#newestCode(email, before + 1)
      const reset = (code: string) => ({ email, otp: code, new_password: this.#password() })
      for (let n = 0; n < GUESSES; n++) await this.#ask(strangers[0] as Device, 'reset-password', reset(wrong(otp)))
      this.#findings.expect(
        `a code used where it was not asked for (${what})`,
        (await this.#ask(strangers[1] as Device, 'reset-password', reset(otp))).status,
        400,
      )
      this.#findings.expect(`the owner on ${what}`, (await this.#ask(device, 'reset-password', reset(otp))).status, 200)
      this.#findings.count('passwords reset while strangers asked and guessed')
    }

    for (let n = 0; n < FLOOD; n++) await this.#ask(this.#device(), 'forgot-password', { email })
    await this.#mails(email)
    const long = this.#mailbox.longCodesTo(email).filter(Boolean)
    const nobody = this.#device()
    const answer = { email, otp: long.at(-1) ?? '', new_password: this.#password() }
    this.#findings.expect('the long code of a flood', (await this.#ask(nobody, 'reset-password', answer)).status, 200)
    this.#findings.expect('the same again', (await this.#ask(nobody, 'reset-password', answer)).status, 400)
    this.#findings.figures['mails that a flood of sixty requests caused'] = long.length
  }

  /** A change of address that a thief has begun ends with the owner's recovery. */
  async outlived(): Promise<void> {
    const [thief, home] = [this.#device(), this.#device()]
    const { email, password, access } = await this.#owner(thief)
    const theirs = this.#address()
    const change = { email: theirs, old_password: password }
    await this.#api.call('PATCH', '/api/profile/', { access, body: change, headers: thief.headers })
    const otp = await this.#newestCode(theirs, 1)
    const before = (await this.#mails(email)).length
    await this.#ask(home, 'forgot-password', { email })
    const code = await this.#newestCode(email, before + 1)
    await this.#ask(home, 'reset-password', { email, otp: code, new_password: this.#password() })
    await this.#ask(thief, 'resend-otp', { email: theirs, purpose: 'verify_email' })
    this.#findings.expect(
      'the code of a change of address after a reset',
      (await this.#ask(thief, 'verify-email', { email: theirs, otp })).status,
      400,
    )
    this.#findings.count('changes of address outlived by their owner')
  }

  /** A thief has made the address another: the code that the old one got puts it back. */
  async wentBack(): Promise<void> {
    const [thief, home] = [this.#device(), this.#device()]
    const { email, password, access } = await this.#owner(thief)
    const theirs = this.#address()
    const ask = (body: object) => this.#api.ask('PATCH', '/api/profile/', { access, body, headers: thief.headers })
    this.#findings.expect('another address without a password', (await ask({ email: theirs })).status, 403)
    this.#findings.expect('another address', (await ask({ email: theirs, old_password: password })).status, 200)
    const otp = await this.#newestCode(theirs, 1)
    const confirmed = await this.#ask(thief, 'verify-email', { email: theirs, otp })
    this.#findings.expect('confirmed by the code alone', [confirmed.status, confirmed.body.tokens], [200, null])
    await this.#mails(email)
    const [wayBack = ''] = this.#mailbox.longCodesTo(email).filter(Boolean)
    const mine = this.#password()
    const back = await this.#ask(home, 'reset-password', { email, otp: wayBack, new_password: mine })
    this.#findings.expect('the way back', back.status, 200)
    const { status } = await this.#api.ask('GET', '/api/profile/', { access })
    this.#findings.expect('the thief’s session after it', status, 401)
    const login = async (identifier: string) => (await this.#ask(home, 'login', { identifier, password: mine })).status
    this.#findings.expect('signing in by either address', [await login(email), await login(theirs)], [200, 400])
    this.#findings.count('addresses taken back')
  }

  /** The mails that have come once no more come: they are sent after the answer that caused them. */
  async #mails(email: string): Promise<string[]> {
    let seen = await this.#mailbox.codesTo(email, 1)
    for (let before = 0; before !== seen.length; seen = await this.#mailbox.codesTo(email, 1)) {
      before = seen.length
      await new Promise((resolve) => setTimeout(resolve, QUIET))
    }
    return seen
  }
}

/** Another code than this one. */
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
