/** Accounts of this server: registering, signing in, codes, the signed-in user's profile and devices. */
import type { SignedIn } from './account/auth'
import type { Chat } from './chat'
import { withFiles } from './http/body'
import type { Device, NewAccount, Profile, ProfileChanges } from './model'

/** The result of `login`: the user, or a challenge whose mailed code goes to `confirmLogin`. */
export type Login = { user: Profile; challenge: null } | { user: null; challenge: string }

export class Accounts {
  readonly #chat: Chat

  constructor(chat: Chat) {
    this.#chat = chat
  }

  /** Makes an account. `user` is null if its address has to be verified first: see `verifyEmail`. */
  async register(account: NewAccount): Promise<{ user: Profile | null }> {
    return { user: this.#begin(await this.#chat.auth.post<Partial<SignedIn>>('/register/', account)) }
  }

  async login(who: { identifier: string; password: string }): Promise<Login> {
    const answer = await this.#chat.auth.post<Partial<SignedIn> & { challenge?: string }>('/login/', who)
    if (answer.challenge !== undefined) return { user: null, challenge: answer.challenge }
    return { user: this.#begin(answer) as Profile, challenge: null }
  }

  /** The second step of a login that needs a code. */
  async confirmLogin(challenge: string, otp: string): Promise<Profile> {
    return this.#begin(await this.#chat.auth.post('/verify-otp/', { challenge, otp })) as Profile
  }

  /**
   * Verifies an address with the code that was mailed to it. After registering this signs in. If a user is signed in, the
   * address becomes theirs. Returns null if the address is verified and nobody is signed in.
   */
  async verifyEmail(email: string, otp: string): Promise<Profile | null> {
    const { auth } = this.#chat
    return this.#begin(await auth.post('/verify-email/', { email, otp }, !auth.user))
  }

  async resendCode(
    email: string,
    purpose: 'verify_email' | 'login' | 'reset_password' = 'verify_email',
  ): Promise<void> {
    const { auth } = this.#chat
    await auth.post('/resend-otp/', { email, purpose }, !auth.user)
  }

  /** Mails a code to the address if it belongs to an account. */
  async forgotPassword(email: string): Promise<void> {
    await this.#chat.auth.post('/forgot-password/', { email })
  }

  /**
   * Sets a new password and ends every session of the account, also this one. `otp` is the mailed code, or the long code of
   * the mail, which works on any device.
   */
  async resetPassword(email: string, otp: string, newPassword: string): Promise<void> {
    await this.#chat.auth.post('/reset-password/', { email, otp, newPassword })
    this.#chat.auth.end()
  }

  /** Loads the account again and updates `auth.user`. */
  async profile(): Promise<Profile> {
    return this.#chat.auth.update(await this.#chat.api.get<Profile>('/profile/'))
  }

  /**
   * Changes the account. Changes of `email`, `newPassword` and `loginOtp` need `oldPassword`; without it the error code is
   * `password_required`.
   */
  async updateProfile(changes: ProfileChanges): Promise<Profile> {
    return this.#chat.auth.update(await this.#chat.api.patch<Profile>('/profile/', withFiles(changes)))
  }

  /** Erases the account. */
  async deleteAccount(password: string): Promise<void> {
    await this.#chat.api.delete('/profile/', { password })
    this.#chat.auth.end()
  }

  devices(): Promise<Device[]> {
    return this.#chat.api.get('/sessions/')
  }

  /** Signs out on one device. `api.delete('/sessions/')` signs out on all others. */
  endDevice(id: number): Promise<void> {
    return this.#chat.api.delete(`/sessions/${id}/`)
  }

  #begin({ tokens, user }: { [Part in keyof SignedIn]?: SignedIn[Part] | null }): Profile | null {
    return tokens && user ? this.#chat.auth.begin({ tokens, user }) : null
  }
}

/** The accounts of a client's server. */
export const accountsOf = (chat: Chat): Accounts => new Accounts(chat)
