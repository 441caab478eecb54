/** Guesses at one-time codes, and uses them again, late and for other purposes. */
import type { ApiClient, Person } from '../../harness/api-client.ts'
import type { Mailbox } from '../../harness/mailbox.ts'
import type { Random } from '../../harness/random.ts'
import type { Findings } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import type { Secrets } from './secrets.ts'

/** The contract's. */
const TRIES = 5
const MILLION = 1_000_000
/** Wrong codes from one network before they are refused. */
const HUNDRED = 100
/** Requests under way in the flood. */
const WIDTH = 250
/** Guesses in a wave. */
const WAVE = 60

export class CodeGuesses {
  /** Addresses at which guessing was driven to its end, with the tries that must have been counted. */
  readonly exhausted = new Map<string, number>()
  readonly #api: ApiClient
  readonly #mailbox: Mailbox
  readonly #secrets: Secrets
  readonly #random: Random
  readonly #findings: Findings
  /** The network that each address was registered from: one of its own, so that wrong codes are counted for it alone. */
  readonly #networks = new Map<string, Record<string, string>>()
  /** Waves in which the right code was among the five. */
  #lucky = 0
  #waves = 0

  constructor(api: ApiClient, mailbox: Mailbox, secrets: Secrets, random: Random, findings: Findings) {
    this.#api = api
    this.#mailbox = mailbox
    this.#secrets = secrets
    this.#random = random
    this.#findings = findings
  }

  /** Somebody who has just been sent a first code. */
  async #newcomer(): Promise<{ who: Person; code: string }> {
    const n = this.#networks.size + 1
    const headers = { 'cf-connecting-ip': `100.${n >> 8}.${n & 255}.1` }
    const who = await this.#api.register('guessed', headers)
    this.#networks.set(who.email, headers)
    this.#secrets.keep('passwords', who.password)
    this.#secrets.keep('addresses', who.email)
    const [code = ''] = await this.#mailbox.codesTo(who.email, 1)
    return { who, code }
  }

  #from = (email: string) => this.#networks.get(email) ?? {}

  #verify = async (email: string, otp: string) =>
    (await this.#api.ask('POST', '/api/verify-email/', { headers: this.#from(email), body: { email, otp } })).status

  /** Codes that are not this one, each different. */
  #wrong(code: string, count: number): string[] {
    const from = Number(code) + this.#random.between(1, MILLION - count - 1)
    return Array.from({ length: count }, (_, n) => String((from + n) % MILLION).padStart(6, '0'))
  }

  /** After four wrong tries the right code works, after five it does not. */
  async counted(): Promise<void> {
    for (const [wrong, right] of [
      [TRIES - 1, 200],
      [TRIES, 400],
    ] as const) {
      const { who, code } = await this.#newcomer()
      for (const guess of this.#wrong(code, wrong))
        this.#findings.expect('a wrong code', await this.#verify(who.email, guess), 400)
      this.#findings.expect(`the right code after ${wrong} wrong ones`, await this.#verify(who.email, code), right)
      if (right === 400) this.exhausted.set(who.email, TRIES)
    }
  }

  /** Very many at one code, the right one among the later half. */
  async flood(count: number): Promise<void> {
    const { who, code } = await this.#newcomer()
    const guesses = this.#wrong(code, count)
    guesses[this.#random.between(Math.floor(count / 2), count - 1)] = code
    let let_in = 0
    await each(guesses, WIDTH, async (guess) => {
      const status = await this.#verify(who.email, guess)
      if (status === 200) let_in += 1
      // The first hundred wrong ones of a network are answered, the others are too many.
      else this.#findings.expect('a guess', [400, 429].includes(status), true)
      this.#findings.count('guesses')
    })
    this.#findings.expect('let in by a flood of guesses', let_in, 0)
    const after = await this.#verify(who.email, code)
    this.#findings.expect('the right code after the flood', after, count > HUNDRED ? 429 : 400)
    this.exhausted.set(who.email, TRIES)
  }

  /** Some at the very same moment, the right one anywhere among them: it is one of the five, or it is not looked at. */
  async wave(): Promise<void> {
    const { who, code } = await this.#newcomer()
    const guesses = this.#wrong(code, WAVE)
    guesses[this.#random.between(TRIES, WAVE - 1)] = code
    const statuses = await Promise.all(guesses.map((guess) => this.#verify(who.email, guess)))
    const let_in = statuses.filter((status) => status === 200).length
    this.#findings.count('guesses', WAVE)
    this.#waves += 1
    if (let_in === 0) {
      this.exhausted.set(who.email, TRIES)
      this.#findings.expect('the right code after a wave', await this.#verify(who.email, code), 400)
    } else this.#lucky += 1
    this.#findings.figures['waves of guesses'] = this.#waves
    this.#findings.figures['waves that met the code by chance'] = this.#lucky
  }

  /** Once, not again, and not after the next one. */
  async used(): Promise<void> {
    const { who, code } = await this.#newcomer()
    const email = who.email
    const all = await Promise.all(Array.from({ length: 50 }, () => this.#verify(email, code)))
    this.#findings.expect('used by fifty at once', all.filter((status) => status === 200).length, 1)
    this.#findings.expect('used again', await this.#verify(email, code), 400)

    const reset = async (otp: string) => {
      const password = `${who.password} again`
      this.#secrets.keep('passwords', password)
      return (await this.#api.ask('POST', '/api/reset-password/', { body: { email, otp, new_password: password } }))
        .status
    }
    for (let n = 0; n < 2; n++) await this.#api.call('POST', '/api/forgot-password/', { body: { email } })
    const [, older = '', newer = ''] = await this.#mailbox.codesTo(email, 3)
    this.#findings.expect('a code for one thing used for another', await this.#verify(email, newer), 400)
    if (older !== newer) this.#findings.expect('the old code after the new one', await reset(older), 400)
    this.#findings.expect('the new code', await reset(newer), 200)
    this.#findings.expect('the new code again', await reset(newer), 400)
    this.#findings.count('codes used, used again, or too old', 7)
  }

  /** A life with everything that must stay secret in it: sign in with a code, refresh, tickets, messages. */
  async signedIn(): Promise<void> {
    const { who, code } = await this.#newcomer()
    const api = this.#api
    const first = await api.call('POST', '/api/verify-email/', {
      headers: this.#from(who.email),
      body: { email: who.email, otp: code },
    })
    await api.call('PATCH', '/api/profile/', { access: first.access, body: { login_otp: true } })
    const login = { identifier: who.username, password: who.password }
    const { challenge } = await api.call('POST', '/api/login/', { body: login })
    const [, second = ''] = await this.#mailbox.codesTo(who.email, 2)
    const phone = await api.call('POST', '/api/verify-otp/', { body: { challenge, otp: second } })
    const next = await api.call('POST', '/api/token/refresh/', { body: { refresh: phone.refresh } })
    const me = { ...who, access: next.access as string }
    const room = await api.group(me)
    const spoken = `a word ${crypto.randomUUID()} of which no log may tell`
    this.#secrets.keep('words', spoken)
    this.#secrets.keep('challenges', challenge)
    const ticket = await api.ticket(me)
    this.#secrets.keep('tickets', ticket)
    const received: string[] = []
    const { wire } = await api.listen(`/ws/chat/${room}/?ticket=${ticket}`, (text) => received.push(text))
    wire.send(JSON.stringify({ type: 'send_message', content: spoken, client_id: 'c' }))
    await api.call('POST', `/api/chatrooms/${room}/messages/`, { access: me.access, body: { content: spoken } })
    await api.call('GET', `/api/search/?q=${encodeURIComponent(spoken)}`, { access: me.access })
    const link = await api.call('POST', `/api/chatrooms/${room}/shareable_link/`, { access: me.access })
    this.#secrets.keep('link codes', link.code)
    // What fails is logged as well.
    await api.ask('POST', '/api/login/', { body: { ...login, password: `not ${who.password}` } })
    await api.ask('GET', `/api/profile/?token=${me.access}`, { access: `${me.access}x` })
    await api.knock(`/ws/chat/${room}/?token=${phone.refresh}`)
    for (const { access, refresh } of [first, phone, next]) this.#secrets.keep('tokens', access, refresh)
    wire.close()
    await api.call('POST', '/api/logout/', { body: { refresh: next.refresh } })
    this.#findings.expect(
      'the word was heard',
      received.some((text) => text.includes(spoken)),
      true,
    )
  }
}
