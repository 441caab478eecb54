/**
 * The session: its tokens in storage, renewed in time and by one tab only. `parlour/accounts` has what else belongs to an account of
 * this server.
 */
import { newClientId } from '../client-id'
import { exclusively, onStorage } from '../environment'
import { type ChatError, signedOut } from '../error'
import type { Api, Credentials } from '../http/api'
import type { Profile } from '../model'
import type { Persisted } from '../storage'
import { type Readable, Store } from '../store'
import { claimsOf, endOf, RENEWAL_MARGIN, singleFlight } from './token'

export interface Tokens {
  access: string
  refresh: string
}

/** The answer of a sign-in. */
export interface SignedIn {
  tokens: Tokens
  user: Profile
}

/** A session in storage. `until` is the end of the access token by this device's clock. */
interface StoredSession extends Tokens {
  user: Profile
  until: number
  /** Of a session by `identify`: the product's id of the person. */
  sub?: string | undefined
}

export class Auth implements Credentials, Readable<Profile | null> {
  readonly #storage: Persisted
  readonly #key: string
  readonly #api: () => Api
  #shown: Profile | null = null
  readonly #user = new Store<Profile | null>(() => this.#shown ?? this.stored?.user ?? null)
  readonly getSnapshot = this.#user.getSnapshot
  /** Calls back now, and after each sign-in or sign-out in this or another tab. */
  readonly subscribe = this.#user.subscribe
  /** Resolves when an asynchronous storage was read. Undefined for any other. */
  readonly ready: Promise<unknown> | undefined

  /** @internal */
  constructor(key: string, storage: Persisted, api: () => Api) {
    this.#key = key
    this.#storage = storage
    this.#api = api
    onStorage(key, () => this.#user.changed())
    const loads = [key, this.#deviceName].map((each) => storage.load(each))
    if (loads[0]) this.ready = Promise.all(loads).then(() => this.#user.changed())
  }

  /** The signed-in user from storage, without a request; null if nobody is signed in. */
  get user(): Profile | null {
    return this.getSnapshot()
  }

  /** Signs out here at once, and on the server when it answers. */
  async logout(): Promise<void> {
    const { refresh } = this.stored ?? {}
    this.end()
    if (!refresh) return
    await this.post('/logout/', { refresh }).catch((error: Partial<ChatError>) => {
      // The session had ended before.
      if (error.status !== 401) throw error
    })
  }

  /** Sends a request with the key of this device. @internal */
  async post<T>(path: string, body: object, anonymous = true): Promise<T> {
    await this.ready
    // By this secret the server recognises the device, so that it counts attempts and mails for this device alone. It survives a
    // sign-out: it reveals nothing about a user, and the next sign-in is from a known device.
    const deviceKey = this.#storage.text(this.#deviceName) ?? newClientId()
    this.#storage.write(this.#deviceName, deviceKey)
    return this.#api().ask('POST', path, { body: { ...body, deviceKey }, anonymous })
  }

  /** The access token, renewed if it is about to end. @throws {ChatError} `signed_out` */
  async token(): Promise<string> {
    await this.ready
    const kept = this.#requireSession()
    return kept.until - Date.now() > RENEWAL_MARGIN ? kept.access : this.renew(kept.access)
  }

  /** Renews the tokens, unless another call or tab has done so. */
  readonly renew = singleFlight((refused: string) => exclusively(this.#key, () => this.#renewAlone(refused)))

  /** The session in storage, read each time, because other tabs write it too. @internal */
  get stored(): StoredSession | undefined {
    const kept = this.#storage.get<StoredSession>(this.#key)
    return kept?.refresh && kept.user ? kept : undefined
  }

  /** @internal */
  begin({ tokens: { access, refresh }, user }: SignedIn, sub?: string): Profile {
    return this.#write({ access, refresh, user, until: endOf(claimsOf(access)), sub })
  }

  /** Stores a newer profile. @internal */
  update(user: Profile): Profile {
    const kept = this.stored
    return kept ? this.#write({ ...kept, user }) : user
  }

  /** Shows the user of a token that is not stored here. @internal */
  show(user: Profile): void {
    this.#shown = user
    this.#user.changed()
  }

  /** @internal */
  end(): void {
    this.#storage.write(this.#key, null)
    this.#user.changed()
  }

  get #deviceName(): string {
    return `${this.#key}:device`
  }

  async #renewAlone(refused: string): Promise<string> {
    // Read again inside the lock: a refresh token that another tab has used must not be sent, because the server treats
    // that as theft and ends the session.
    const { access, refresh, user, sub } = this.#requireSession()
    if (access !== refused) return access
    try {
      // Without an answer the tokens stay: the server repeats a lost answer to this device.
      this.begin({ tokens: await this.post('/token/refresh/', { refresh }), user }, sub)
    } catch (error) {
      if ((error as Partial<ChatError>).status !== 401) throw error
      // Without locks another tab may have renewed first.
      if (this.stored?.refresh === refresh) this.end()
    }
    return this.#requireSession().access
  }

  /** @throws {ChatError} `signed_out` */
  #requireSession(): StoredSession {
    const kept = this.stored
    if (!kept) throw signedOut()
    return kept
  }

  #write(kept: StoredSession): Profile {
    this.#storage.set(this.#key, kept)
    this.#user.changed()
    return kept.user
  }
}
