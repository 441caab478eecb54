/** Signing in and out. `parlour/accounts` has what else belongs to an account of this server. */
import type { ChatError } from '../error'
import type { Api } from '../http/api'
import type { Profile } from '../model'
import type { Readable } from '../store'
import type { Session, Tokens } from './session'

/** The answer of a sign-in. */
export interface SignedIn {
  tokens: Tokens
  user: Profile
}

/** The result of `login`: the user, or a challenge whose mailed code goes to `confirmLogin`. */
export type Login = { user: Profile; challenge: null } | { user: null; challenge: string }

export class Auth implements Readable<Profile | null> {
  readonly #api: Api
  /** @internal */
  declare readonly session: Session
  declare readonly getSnapshot: () => Profile | null
  /** Calls back now, and after each sign-in or sign-out in this or another tab. */
  declare readonly subscribe: Readable<Profile | null>['subscribe']

  constructor(api: Api, session: Session) {
    this.#api = api
    this.session = session
    this.getSnapshot = session.user.getSnapshot
    this.subscribe = session.user.subscribe
  }

  /** The signed-in user from storage, without a request; null if nobody is signed in. */
  get user(): Profile | null {
    return this.getSnapshot()
  }

  async login(who: { identifier: string; password: string }): Promise<Login> {
    const answer = await this.post<SignedIn | { challenge: string }>('/login/', who)
    if ('challenge' in answer) return { user: null, challenge: answer.challenge }
    return { user: this.session.begin(answer.tokens, answer.user), challenge: null }
  }

  /** Signs out here at once, and on the server when it answers. */
  async logout(): Promise<void> {
    const refresh = this.session.refreshToken
    this.session.end()
    if (!refresh) return
    await this.post('/logout/', { refresh }).catch((error: Partial<ChatError>) => {
      // The session had ended before.
      if (error.status !== 401) throw error
    })
  }

  /** Sends a request with the key of this device. @internal */
  post<T>(path: string, body: object, anonymous = true): Promise<T> {
    return this.#api.ask('POST', path, { body: { ...body, deviceKey: this.session.deviceKey() }, anonymous })
  }
}
