/** Access tokens from the application's `getToken`. */
import { ChatError } from '../error'
import type { Credentials } from '../http/api'
import type { Profile } from '../model'
import { claimsOf, endOf, RENEWAL_MARGIN, singleFlight, tokenFrom } from './token'

export class SuppliedTokens implements Credentials {
  readonly #ask: () => Promise<string>
  #token = ''
  #until = 0
  #userId: number | undefined

  /** `show` is called with the user of a token: at first with the id that the token says, then with the profile. */
  constructor(getToken: () => unknown, show: (user: Profile) => void, profile: () => Promise<Profile>) {
    this.#ask = singleFlight(async () => {
      const token = await tokenFrom(getToken)
      const claims = claimsOf(token)
      const { user_id: id } = claims
      this.#token = token
      this.#until = endOf(claims)
      if (id !== undefined && id !== this.#userId) {
        this.#userId = id
        show({ id, username: '', fullName: '', profilePic: null } as Profile)
        profile().then(show, () => undefined)
      }
      return token
    })
  }

  async token(): Promise<string> {
    return this.#until - Date.now() > RENEWAL_MARGIN ? this.#token : this.#ask()
  }

  async renew(refused: string): Promise<string> {
    if (this.#token && this.#token !== refused) return this.#token
    const token = await this.#ask()
    // The same token again: there is no other.
    if (token === refused) throw new ChatError('token_rejected', undefined, { status: 401 })
    return token
  }
}
