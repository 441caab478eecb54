/** Getting in and out of an account. */
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

/** One device that somebody is signed in on. */
export type Device = z.infer<typeof SessionSchema>

type SignInAnswer = z.infer<typeof SignedIn>

/** What `login` answers: you are in, or a code that was sent by mail is to be given to `confirmLogin`. */
export type Login = { user: Profile; challenge: null } | { user: null; challenge: string }

export class Auth implements Readable<Profile | null> {
  readonly #api: Api
  readonly #session: Session
  declare readonly getSnapshot: () => Profile | null
  /** Called now and whenever somebody signs in or out, here or in another tab. */
  declare readonly subscribe: Readable<Profile | null>['subscribe']

  constructor(api: Api, session: Session) {
    this.#api = api
    this.#session = session
    this.getSnapshot = session.user.getSnapshot
    this.subscribe = session.user.subscribe
  }

  /** Who is signed in, as far as known without asking; null when nobody is. */
  get user(): Profile | null {
    return this.getSnapshot()
  }

  /** Makes an account. `user` is null while its address has to be verified first: see `verifyEmail`. */
  async register(account: z.input<typeof RegisterBody>): Promise<{ user: Profile | null }> {
    const answer = await this.#post<z.infer<typeof Registered>>('/register/', account)
    return { user: answer.tokens && this.#session.begin(answer.tokens, answer.user) }
  }

  async login(who: { identifier: string; password: string }): Promise<Login> {
    const answer = await this.#post<SignInAnswer | { otp_required: true; challenge: string }>('/login/', who)
    if ('challenge' in answer) return { user: null, challenge: answer.challenge }
    return { user: this.#session.begin(answer.tokens, answer.user), challenge: null }
  }

  /** The second step of a login with a code. */
  async confirmLogin(challenge: string, otp: string): Promise<Profile> {
    const answer = await this.#post<SignInAnswer>('/verify-otp/', { challenge, otp })
    return this.#session.begin(answer.tokens, answer.user)
  }

  /**
   * Verifies an address with the code that was sent to it. After registering that signs in; another address of somebody
   * who is signed in becomes their own. Null where the address is verified and nobody is signed in.
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

  /** Sends a code to the address, if it is an account's. */
  async forgotPassword(email: string): Promise<void> {
    await this.#post('/forgot-password/', { email })
  }

  /**
   * Sets a new password; every session of the account ends, this one too. `otp` is the code that was sent, or a long code
   * from such a mail, which works on any device.
   */
  async resetPassword(email: string, otp: string, new_password: string): Promise<void> {
    await this.#post('/reset-password/', { email, otp, new_password })
    this.#session.end()
  }

  /** Signs out here at once, and on the server as soon as it answers. */
  async logout(): Promise<void> {
    const refresh = this.#session.refreshToken
    this.#session.end()
    if (!refresh) return
    await this.#post('/logout/', { refresh }).catch((error: Partial<ChatError>) => {
      // Ended already: then it is as wished.
      if (error.status !== 401) throw error
    })
  }

  /** Asks for the account anew, and shows it. */
  async profile(): Promise<Profile> {
    return this.#session.update(await this.#api.get<Profile>('/profile/'))
  }

  /**
   * A picture goes as `profile_pic`. Another `email`, `new_password` and switching `login_otp` need `old_password`: without
   * it the code is `password_required`.
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

  /** Signs out on one device; `api.delete('/sessions/')` does so on all others. */
  endDevice(id: number): Promise<void> {
    return this.#api.delete(`/sessions/${id}/`)
  }

  #post<T>(path: string, body: object, anonymous = true): Promise<T> {
    return this.#api.ask('POST', path, { body: { ...body, device_key: this.#session.deviceKey() }, anonymous })
  }
}
