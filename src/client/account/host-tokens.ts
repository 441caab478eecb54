/** Sessions for the users of a product: its token is exchanged for a session, which renews itself. */
import type { Credentials } from '../http/api'
import type { Auth, SignedIn } from './auth'
import { claimsOf, singleFlight, tokenFrom } from './token'

export class HostTokens implements Credentials {
  readonly #session: Auth
  readonly #userId: string | undefined
  readonly #identify: () => unknown
  readonly #exchange: (body: { token: string }) => Promise<SignedIn>
  /** True when the stored session is known to be that of the person whom the product has signed in. */
  #isChecked = false

  constructor(
    session: Auth,
    identify: () => unknown,
    userId: string | undefined,
    exchange: (body: { token: string }) => Promise<SignedIn>,
  ) {
    this.#session = session
    this.#identify = identify
    this.#userId = userId
    this.#exchange = exchange
  }

  async token(): Promise<string> {
    await this.#check()
    return this.#orIdentify(() => this.#session.token())
  }

  renew(refused: string): Promise<string> {
    return this.#orIdentify(() => this.#session.renew(refused))
  }

  /** Runs once for each page: a stored session may be of another person. */
  readonly #check = singleFlight(async () => {
    if (this.#isChecked) return
    await this.#session.ready
    const { stored } = this.#session
    if (stored && this.#userId === undefined) {
      // A product that does not answer signs nobody out.
      const token = await tokenFrom(this.#identify).catch(() => '')
      if (token && claimsOf(token).sub !== stored.sub) await this.#begin(token)
    } else if (stored && (stored.user as { externalId?: string }).externalId !== this.#userId) this.#session.end()
    this.#isChecked = true
  })

  /** Asks the product only if there is no session, or it has ended. */
  async #orIdentify(work: () => Promise<string>): Promise<string> {
    try {
      return await work()
    } catch (error) {
      if (this.#session.stored) throw error
      await this.#begin()
      return this.#session.token()
    }
  }

  /** Exchanges a token of the product, by default a new one. */
  readonly #begin = singleFlight(async (given?: string) => {
    const token = given || (await tokenFrom(this.#identify))
    this.#session.begin(await this.#exchange({ token }), claimsOf(token).sub)
  })
}
