/** Registering, signing in and out, and the signed-in user's own account. */
import type * as z from 'zod'
import type {
  Profile,
  ProfileBody,
  RegisterBody,
  Registered,
  Session as SessionSchema,
  SignedIn,
  Verified,
} from '../../protocol'
import type { ChatError } from '../error'
import type { Api } from '../http/api'
import { withFiles } from '../http/form'
import type { Readable } from '../store'
import type { Session } from './session'

/** A device on which the user is signed in. */
export type Device = z.infer<typeof SessionSchema>

type SignInAnswer = z.infer<typeof SignedIn>

/** The result of `login`: the user, or a challenge whose mailed code goes to `confirmLogin`. */
export type Login = { user: Profile; challenge: null } | { user: null; challenge: string }

export class Auth implements Readable<Profile | null> {
  readonly #api: Api
  readonly #session: Session
  declare readonly getSnapshot: () => Profile | null
  /** Calls back now, and after each sign-in or sign-out in this or another tab. */
  declare readonly subscribe: Readable<Profile | null>['subscribe']

  constructor(api: Api, session: Session) {
    this.#api = api
    this.#session = session
    this.getSnapshot = session.user.getSnapshot
    this.subscribe = session.user.subscribe
  }

  /** The signed-in user from storage, without a request; null if nobody is signed in. */
  get user(): Profile | null {
    return this.getSnapshot()
  }

  /** Makes an account. `user` is null if its address has to be verified first: see `verifyEmail`. */
  async register(account: z.input<typeof RegisterBody>): Promise<{ user: Profile | null }> {
    const answer = await this.#post<z.infer<typeof Registered>>('/register/', account)
    return { user: answer.tokens && this.#session.begin(answer.tokens, answer.user) }
  }

  async login(who: { identifier: string; password: string }): Promise<Login> {
    const answer = await this.#post<SignInAnswer | { otp_required: true; challenge: string }>('/login/', who)
    if ('challenge' in answer) return { user: null, challenge: answer.challenge }
    return { user: this.#session.begin(answer.tokens, answer.user), challenge: null }
  }

  /** The second step of a login that needs a code. */
  async confirmLogin(challenge: string, otp: string): Promise<Profile> {
    const answer = await this.#post<SignInAnswer>('/verify-otp/', { challenge, otp })
    return this.#session.begin(answer.tokens, answer.user)
  }

  /**
   * Verifies an address with the code that was mailed to it. After registering this signs in. If a user is signed in, the
   * address becomes theirs. Returns null if the address is verified and nobody is signed in.
   */
  async verifyEmail(email: string, otp: string): Promise<Profile | null> {
    const answer = await this.#post<z.infer<typeof Verified> | SignInAnswer>(
      '/verify-email/',
      { email, otp },
      !this.user,
    )
    return answer.tokens && this.#session.begin(answer.tokens, answer.user)
  }

  async resendCode(
    email: string,
    purpose: 'verify_email' | 'login' | 'reset_password' = 'verify_email',
  ): Promise<void> {
    await this.#post('/resend-otp/', { email, purpose }, !this.user)
  }

  /** Mails a code to the address if it belongs to an account. */
  async forgotPassword(email: string): Promise<void> {
    await this.#post('/forgot-password/', { email })
  }

  /**
   * Sets a new password and ends every session of the account, also this one. `otp` is the mailed code, or the long code of
   * the mail, which works on any device.
   */
  async resetPassword(email: string, otp: string, new_password: string): Promise<void> {
    await this.#post('/reset-password/', { email, otp, new_password })
    this.#session.end()
  }

  /** Signs out here at once, and on the server when it answers. */
  async logout(): Promise<void> {
    const refresh = this.#session.refreshToken
    this.#session.end()
    if (!refresh) return
    await this.#post('/logout/', { refresh }).catch((error: Partial<ChatError>) => {
      // The session had ended before.
      if (error.status !== 401) throw error
    })
  }

  /** Loads the account again and updates `user`. */
  async profile(): Promise<Profile> {
    return this.#session.update(await this.#api.get<Profile>('/profile/'))
  }

  /**
   * `profile_pic` takes a new picture. Changes of `email`, `new_password` and `login_otp` need `old_password`; without it the
   * error code is `password_required`.
   */
  async updateProfile(changes: z.input<typeof ProfileBody> & { profile_pic?: Blob | null }): Promise<Profile> {
    return this.#session.update(await this.#api.patch<Profile>('/profile/', withFiles(changes)))
  }

  /** Erases the account. */
  async deleteAccount(password: string): Promise<void> {
    await this.#api.delete('/profile/', { password })
    this.#session.end()
  }

  devices(): Promise<Device[]> {
    return this.#api.get('/sessions/')
  }

  /** Signs out on one device. `api.delete('/sessions/')` signs out on all others. */
  endDevice(id: number): Promise<void> {
    return this.#api.delete(`/sessions/${id}/`)
  }

  #post<T>(path: string, body: object, anonymous = true): Promise<T> {
    return this.#api.ask('POST', path, { body: { ...body, device_key: this.#session.deviceKey() }, anonymous })
  }
}
