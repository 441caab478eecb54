/** Uses refresh tokens as thieves and as two tabs do, in rounds, each on a session of its own. */
import type { ApiClient, Person, Request } from '../../harness/api-client.ts'
import type { Random } from '../../harness/random.ts'
import type { Findings } from '../../harness/trial.ts'

const LONGEST = 6
/** What two devices call themselves. */
const [KEY, OTHER_KEY] = ['a-key-of-one-device-0001', 'a-key-of-another-device-2']
const AT_HOME = { 'cf-connecting-ip': '198.51.100.7' }
const ELSEWHERE = { 'cf-connecting-ip': '203.0.113.9' }
const SESSION_ENDED = 4401

export class RefreshTokens {
  readonly #api: ApiClient
  readonly #who: Person
  readonly #random: Random
  readonly #findings: Findings

  constructor(api: ApiClient, who: Person, random: Random, findings: Findings) {
    this.#api = api
    this.#who = who
    this.#random = random
    this.#findings = findings
  }

  async round(): Promise<void> {
    await this.#reused()
    await this.#atOnce(2)
    await this.#atOnce(20)
    await this.#lost()
    // Of many requests some come late, and end the session whatever became of the others.
    for (const many of [2, 2, 2, 2, 2, 20]) await this.#stolenAtOnce(many)
  }

  #refresh = (refresh: string, as: Request = {}) =>
    this.#api.ask('POST', '/api/token/refresh/', { ...as, body: { refresh, ...(as.body ?? {}) } })

  async #opens(access: string): Promise<boolean> {
    return (await this.#api.ask('GET', '/api/profile/', { access })).status === 200
  }

  /** Any token of the line but the newest ends all of it, with what is open on it, and nobody else's. */
  async #reused(): Promise<void> {
    const findings = this.#findings
    const phone = await this.#api.signIn(this.#who)
    const other = await this.#api.signIn(this.#who)
    const line = [phone.refresh]
    let { access } = phone
    for (let length = this.#random.between(1, LONGEST); length > 0; length--) {
      const { status, body } = await this.#refresh(line.at(-1) ?? '')
      findings.expect('refreshing with the newest token', status, 200)
      line.push(body.refresh)
      access = body.access
    }
    findings.expect(
      'the access tokens of a line',
      [await this.#opens(phone.access), await this.#opens(access)],
      [true, true],
    )
    const { closed } = await this.#api.listen(`/ws/sidebar/?token=${access}`)
    const ancestor = line[this.#random.between(0, line.length - 2)] ?? ''
    const { status, body } = await this.#refresh(ancestor)
    findings.count('ancestors reused')
    findings.expect('an ancestor used again', [status, body.code], [401, 'token_not_valid'])
    for (const token of line)
      findings.expect('a token of the line after that', (await this.#refresh(token)).status, 401)
    findings.expect('its access tokens', [await this.#opens(phone.access), await this.#opens(access)], [false, false])
    findings.expect('its open socket', await closed, SESSION_ENDED)
    findings.expect('another device', (await this.#refresh(other.refresh)).status, 200)
  }

  /** Tabs of one device, with one token at once: all get the one successor, and the session goes on with it. */
  async #atOnce(many: number): Promise<void> {
    const findings = this.#findings
    const phone = await this.#api.signIn(this.#who)
    const all = await Promise.all(Array.from({ length: many }, () => this.#refresh(phone.refresh)))
    findings.count(`rounds of ${many} at once`)
    findings.expect(`${many} at once, each answered`, [...new Set(all.map(({ status }) => status))], [200])
    const successors = new Set(all.map(({ body }) => body.refresh as string))
    findings.expect(`successors of one token used by ${many} at once`, successors.size, 1)
    const next = await this.#refresh([...successors][0] ?? '')
    findings.expect(
      `the successor after ${many} at once`,
      [next.status, await this.#opens(next.body.access)],
      [200, true],
    )
    // That was used: whoever still has the first token is not the one that has its successor.
    findings.expect(`the first token after ${many} at once`, (await this.#refresh(phone.refresh)).status, 401)
    findings.expect(`the session after that`, await this.#opens(next.body.access), false)
  }

  /** An answer that was lost is given again to the device that asked, until its successor is used, and to no other. */
  async #lost(): Promise<void> {
    const findings = this.#findings
    for (const [what, mine, thiefs] of [
      ['by its key', { body: { device_key: KEY } }, { body: { device_key: OTHER_KEY } }],
      ['by its key, without it', { body: { device_key: KEY } }, {}],
      ['by its agent', { headers: { 'user-agent': 'Mine/1' } }, { headers: { 'user-agent': 'Theirs/1' } }],
      ['by its network', { headers: AT_HOME }, { headers: ELSEWHERE }],
    ] as [string, Request, Request][]) {
      const phone = await this.#api.signIn(this.#who)
      const lost = await this.#refresh(phone.refresh, mine)
      const again = await this.#refresh(phone.refresh, mine)
      findings.expect(
        `an answer that was lost (known ${what})`,
        [again.status, again.body.refresh],
        [200, lost.body.refresh],
      )
      const theft = await this.#refresh(phone.refresh, thiefs)
      findings.expect(`the spent token of another device (known ${what})`, theft.status, 401)
      findings.expect(`the session after that (known ${what})`, await this.#opens(again.body.access), false)
      findings.count('lost answers')
    }
  }

  /** A thief on another device uses the token at the same moment: never do both hold a living successor. */
  async #stolenAtOnce(many: number): Promise<void> {
    const findings = this.#findings
    const phone = await this.#api.signIn(this.#who)
    const devices = [{ body: { device_key: KEY } }, { body: { device_key: OTHER_KEY } }]
    const all = await Promise.all(Array.from({ length: many }, (_, n) => this.#refresh(phone.refresh, devices[n % 2])))
    const holders = [0, 1].filter((device) => all.some(({ status }, n) => n % 2 === device && status === 200))
    findings.expect('devices that got the successor of a stolen token', holders.length <= 1, true)
    for (const { body } of all.filter(({ status }) => status === 200)) {
      findings.expect('the successor of a stolen token', await this.#opens(body.access), false)
    }
    findings.count('tokens stolen and used at once')
  }

  /** A session that is over in any way is not brought back by its newest token. */
  async afterTheEnd(): Promise<void> {
    const findings = this.#findings
    const mine = this.#who
    const ends: [string, (phone: Person) => Promise<unknown>][] = [
      ['signing out', (phone) => this.#api.call('POST', '/api/logout/', { body: { refresh: phone.refresh } })],
      ['ending it from another device', () => this.#endOthers()],
      ['a new password', () => this.#changePassword()],
    ]
    for (const [what, end] of ends) {
      const phone = await this.#api.signIn(mine)
      findings.expect(`before ${what}`, await this.#opens(phone.access), true)
      await end(phone)
      const { status } = await this.#refresh(phone.refresh)
      findings.expect(`refreshing after ${what}`, [status, await this.#opens(phone.access)], [401, false])
      findings.count('sessions ended on purpose')
    }
  }

  /** Ends every session of the person but the one that asks. */
  async #endOthers(): Promise<void> {
    const { access } = await this.#api.signIn(this.#who)
    const { body } = await this.#api.ask('GET', '/api/sessions/', { access })
    for (const { id, current } of body as unknown as { id: number; current: boolean }[]) {
      if (!current) await this.#api.call('DELETE', `/api/sessions/${id}/`, { access })
    }
  }

  async #changePassword(): Promise<void> {
    const { access } = await this.#api.signIn(this.#who)
    const next = `${this.#who.password}!`
    const body = { old_password: this.#who.password, new_password: next, confirm_password: next }
    await this.#api.call('PATCH', '/api/profile/', { access, body })
    this.#who.password = next
  }
}
