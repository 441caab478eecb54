/** A signed-in session: its tokens in storage, renewed in time and by one tab only. */
import type * as z from 'zod'
import type { Profile, Tokens as TokensSchema } from '../../protocol'
import { newClientId } from '../client-id'
import { type ChatStorage, exclusively, onStorage } from '../environment'
import { type ChatError, signedOut } from '../error'
import type { Credentials } from '../http/api'
import { Store } from '../store'

export type Tokens = z.infer<typeof TokensSchema>

/** What a token is renewed with. */
export interface RefreshBody {
  refresh: string
  device_key: string
}

/** What is kept of a session. `until` is when the access token ends, by this device's clock. */
interface StoredSession extends Tokens {
  user: Profile
  until: number
}

/** A token is renewed this long before it ends, so that it does not end on the way. */
const RENEWAL_MARGIN = 30_000

export class Session implements Credentials {
  readonly #storage: ChatStorage
  readonly #key: string
  readonly #renew: (body: RefreshBody) => Promise<Tokens>

  /** Who is signed in. */
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

  /** Renews the tokens, unless another call or another tab has meanwhile. */
  readonly renew = singleFlight((refused: string) => exclusively(this.#key, () => this.#renewAlone(refused)))

  /**
   * The secret by which the server knows this device again, so that its tries and its mails are counted for it alone. It
   * stays when somebody signs out: it says nothing of anybody, and the next sign-in is to be known as this device's.
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
    // From its length, not its end: this device's clock may be wrong by hours.
    const until = Date.now() + (exp - iat) * 1_000
    return this.#write({ access, refresh, user, until })
  }

  /** Keeps what is newly known of the person. */
  update(user: Profile): Profile {
    const kept = this.#read()
    return kept ? this.#write({ ...kept, user }) : user
  }

  end(): void {
    this.#storage.removeItem(this.#key)
    this.user.changed()
  }

  async #renewAlone(refused: string): Promise<string> {
    // Read again now that nobody else renews: a refresh token that was spent already must not be sent, because the
    // server takes that for theft and ends the session.
    const { access, refresh, user } = this.#requireSession()
    if (access !== refused) return access
    try {
      // Where no answer comes the tokens stay: the server repeats the one that was lost, to this device alone.
      this.begin(await this.#renew({ refresh, device_key: this.deviceKey() }), user)
    } catch (error) {
      if ((error as Partial<ChatError>).status !== 401) throw error
      // A tab that cannot be kept from renewing at the same moment may have been first.
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

  /** Other tabs write as well, so storage is always what counts. */
  #read(): StoredSession | null {
    return JSON.parse(this.#storage.getItem(this.#key) ?? 'null') as StoredSession | null
  }

  #write(kept: StoredSession): Profile {
    this.#storage.setItem(this.#key, JSON.stringify(kept))
    this.user.changed()
    return kept.user
  }
}

/** Tokens that the developer's own function supplies. */
export class SuppliedTokens implements Credentials {
  readonly #ask: () => Promise<string>
  #token: string | undefined

  /** `known` is called with each token that was supplied. */
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
    // The same again: there is no better one.
    if (token === refused) throw signedOut()
    return token
  }
}

/** Who asks while an answer is under way gets the same one. */
function singleFlight<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let running: Promise<T> | undefined
  return (...args) => {
    running ??= work(...args).finally(() => {
      running = undefined
    })
    return running
  }
}

/** What a token says about itself. Nothing is decided by it: the server checks the signature. */
export function claimsOf(token: string): { user_id?: number; username?: string; iat?: number; exp?: number } {
  try {
    const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}
