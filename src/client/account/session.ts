/** The session: its tokens in storage, renewed in time and by one tab only. */
import { newClientId } from '../client-id'
import { fromWire, toWire } from '../dialect'
import { type ChatStorage, exclusively, onStorage } from '../environment'
import { type ChatError, signedOut } from '../error'
import type { Credentials } from '../http/api'
import type { Profile } from '../model'
import { Store } from '../store'

export interface Tokens {
  access: string
  refresh: string
}

/** The body of a refresh request. */
export interface RefreshBody {
  refresh: string
  deviceKey: string
}

/** A session in storage, which has the names of the wire. `until` is the end of the access token by this device's clock. */
interface StoredSession extends Tokens {
  user: Profile
  until: number
}

/** Milliseconds before its end at which a token is renewed, so that it does not end during a request. */
const RENEWAL_MARGIN = 30_000

export class Session implements Credentials {
  readonly #storage: ChatStorage
  readonly #key: string
  readonly #renew: (body: RefreshBody) => Promise<Tokens>

  /** The signed-in user. */
  readonly user = new Store<Profile | null>(() => this.#read()?.user ?? null)

  constructor(key: string, storage: ChatStorage, renew: (body: RefreshBody) => Promise<Tokens>) {
    this.#key = key
    this.#storage = storage
    this.#renew = renew
    onStorage(key, () => this.user.changed())
  }

  async token(): Promise<string> {
    const kept = this.#requireSession()
    return kept.until - Date.now() > RENEWAL_MARGIN ? kept.access : this.renew(kept.access)
  }

  /** Renews the tokens, unless another call or tab has done so. */
  readonly renew = singleFlight((refused: string) => exclusively(this.#key, () => this.#renewAlone(refused)))

  /**
   * The secret by which the server recognises this device, so that it counts attempts and mails for this device alone. It
   * survives a sign-out: it reveals nothing about a user, and the next sign-in is from a known device.
   */
  deviceKey(): string {
    const name = `${this.#key}:device`
    const key = this.#storage.getItem(name) ?? newClientId()
    this.#storage.setItem(name, key)
    return key
  }

  get refreshToken(): string | undefined {
    return this.#read()?.refresh
  }

  begin({ access, refresh }: Tokens, user: Profile): Profile {
    const { iat = 0, exp = 0 } = claimsOf(access)
    // From the token's lifetime, not its end, because this device's clock may be wrong by hours.
    const until = Date.now() + (exp - iat) * 1_000
    return this.#write({ access, refresh, user, until })
  }

  /** Stores a newer profile. */
  update(user: Profile): Profile {
    const kept = this.#read()
    return kept ? this.#write({ ...kept, user }) : user
  }

  end(): void {
    this.#storage.removeItem(this.#key)
    this.user.changed()
  }

  async #renewAlone(refused: string): Promise<string> {
    // Read again inside the lock: a refresh token that another tab has used must not be sent, because the server treats
    // that as theft and ends the session.
    const { access, refresh, user } = this.#requireSession()
    if (access !== refused) return access
    try {
      // Without an answer the tokens stay: the server repeats a lost answer to this device.
      this.begin(await this.#renew({ refresh, deviceKey: this.deviceKey() }), user)
    } catch (error) {
      if ((error as Partial<ChatError>).status !== 401) throw error
      // Without locks another tab may have renewed first.
      if (this.refreshToken === refresh) this.end()
    }
    return this.#requireSession().access
  }

  /** @throws {ChatError} `signed_out` */
  #requireSession(): StoredSession {
    const kept = this.#read()
    if (!kept) throw signedOut()
    return kept
  }

  /** Reads storage each time, because other tabs write it too. */
  #read(): StoredSession | null {
    return fromWire(JSON.parse(this.#storage.getItem(this.#key) ?? 'null'))
  }

  #write(kept: StoredSession): Profile {
    this.#storage.setItem(this.#key, JSON.stringify(toWire(kept)))
    this.user.changed()
    return kept.user
  }
}

/** Tokens from the developer's `getToken`. */
export class SuppliedTokens implements Credentials {
  readonly #ask: () => Promise<string>
  #token: string | undefined

  /** `onToken` is called with each new token. */
  constructor(getToken: () => string | Promise<string>, onToken: (token: string) => void) {
    this.#ask = singleFlight(async () => {
      const token = await getToken()
      this.#token = token
      onToken(token)
      return token
    })
  }

  async token(anew = false): Promise<string> {
    return (anew ? undefined : this.#token) ?? this.#ask()
  }

  async renew(refused: string): Promise<string> {
    if (this.#token !== undefined && this.#token !== refused) return this.#token
    const token = await this.#ask()
    // The same token again: there is no other.
    if (token === refused) throw signedOut()
    return token
  }
}

/** Calls during a running call get the same promise. */
function singleFlight<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let running: Promise<T> | undefined
  return (...args) => {
    running ??= work(...args).finally(() => {
      running = undefined
    })
    return running
  }
}

/** The claims of a token, unverified: only the server checks the signature. */
export function claimsOf(token: string): { userId?: number; username?: string; iat?: number; exp?: number } {
  try {
    const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    return fromWire(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    return {}
  }
}
