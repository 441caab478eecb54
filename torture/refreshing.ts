/** Refresh tokens as thieves and two tabs use them, round after round, each on a session of its own. */
import type { Findings } from './findings.ts'
import type { Random } from './random.ts'
import type { Person, Visitor } from './visitor.ts'

const LONGEST = 6
const SESSION_ENDED = 4401

export class Refreshing {
  readonly #visitor: Visitor
  readonly #who: Person
  readonly #random: Random
  readonly #findings: Findings

  constructor(visitor: Visitor, who: Person, random: Random, findings: Findings) {
    this.#visitor = visitor
    this.#who = who
    this.#random = random
    this.#findings = findings
  }

  async round(): Promise<void> {
    await this.#reused()
    await this.#atOnce(2)
    await this.#atOnce(20)
  }

  #refresh = (refresh: string) => this.#visitor.ask('POST', '/api/token/refresh/', { body: { refresh } })

  async #opens(access: string): Promise<boolean> {
    return (await this.#visitor.ask('GET', '/api/profile/', { access })).status === 200
  }

  /** Any token of the line but the newest ends all of it, with what is open on it, and nobody else's. */
  async #reused(): Promise<void> {
    const findings = this.#findings
    const phone = await this.#visitor.signIn(this.#who)
    const other = await this.#visitor.signIn(this.#who)
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
    const { closed } = await this.#visitor.listen(`/ws/sidebar/?token=${access}`)
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

  /** Many with one token: they get one successor, or the session is over. */
  async #atOnce(many: number): Promise<void> {
    const findings = this.#findings
    const phone = await this.#visitor.signIn(this.#who)
    const all = await Promise.all(Array.from({ length: many }, () => this.#refresh(phone.refresh)))
    const successors = [
      ...new Set(all.filter(({ status }) => status === 200).map(({ body }) => body.refresh as string)),
    ]
    const refused = all.filter(({ status }) => status !== 200)
    findings.count(`rounds of ${many} at once`)
    findings.expect(`successors of one token used by ${many} at once`, successors.length, 1)
    for (const { status } of refused) findings.expect('who came too late', status, 401)
    // Tried one after another: of two that lived, both would be answered.
    let living = 0
    for (const token of successors) if ((await this.#refresh(token)).status === 200) living += 1
    // Somebody who came after the rotation replayed a spent token: then nothing lives.
    const isOver = refused.length > 0 && living === 0
    findings.count(isOver ? 'sessions ended by late ones' : 'sessions that went on')
    if (!isOver) findings.expect(`living successors after ${many} at once`, living, 1)
  }

  /** A session that is over in any way is not brought back by its newest token. */
  async afterTheEnd(): Promise<void> {
    const findings = this.#findings
    const mine = this.#who
    const ends: [string, (phone: Person) => Promise<unknown>][] = [
      ['signing out', (phone) => this.#visitor.done('POST', '/api/logout/', { body: { refresh: phone.refresh } })],
      ['ending it from another device', () => this.#endOthers()],
      ['a new password', () => this.#changePassword()],
    ]
    for (const [what, end] of ends) {
      const phone = await this.#visitor.signIn(mine)
      findings.expect(`before ${what}`, await this.#opens(phone.access), true)
      await end(phone)
      const { status } = await this.#refresh(phone.refresh)
      findings.expect(`refreshing after ${what}`, [status, await this.#opens(phone.access)], [401, false])
      findings.count('sessions ended on purpose')
    }
  }

  /** Ends every session of the person but the one that asks. */
  async #endOthers(): Promise<void> {
    const { access } = await this.#visitor.signIn(this.#who)
    const { body } = await this.#visitor.ask('GET', '/api/sessions/', { access })
    for (const { id, current } of body as unknown as { id: number; current: boolean }[]) {
      if (!current) await this.#visitor.done('DELETE', `/api/sessions/${id}/`, { access })
    }
  }

  async #changePassword(): Promise<void> {
    const { access } = await this.#visitor.signIn(this.#who)
    const next = `${this.#who.password}!`
    const body = { old_password: this.#who.password, new_password: next, confirm_password: next }
    await this.#visitor.done('PATCH', '/api/profile/', { access, body })
    this.#who.password = next
  }
}
