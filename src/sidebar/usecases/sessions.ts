/** Says which of the owner's sessions go on, and ends sessions wherever they have open sockets. */
import type { SessionCheck } from '../../actor/rpc/session-check'
import type { Sockets } from '../../actor/sockets/sockets'
import type { Person, RoomId, SessionId } from '../../protocol'
import type { SidebarOutbox } from '../outbound/outbox'
import type { EndedSessionStore } from '../store/ended-sessions'
import type { UsedGenerationStore } from '../store/used-generations'
import type { OpenTargets } from './open-targets'

/** What sessions need of their sidebar. */
export interface SessionsHost {
  isErased(): boolean
  /** The owner's newest names and picture, if they ever changed. */
  person(): Person | null
  isListed(room: RoomId): boolean
  /** Runs work after the answer. */
  inBackground(work: Promise<void>): void
}

export class Sessions {
  readonly #ended: EndedSessionStore
  readonly #used: UsedGenerationStore
  readonly #sockets: Sockets<null>
  readonly #targets: OpenTargets
  readonly #outbox: SidebarOutbox
  readonly #host: SessionsHost

  constructor(
    ended: EndedSessionStore,
    used: UsedGenerationStore,
    sockets: Sockets<null>,
    targets: OpenTargets,
    outbox: SidebarOutbox,
    host: SessionsHost,
  ) {
    this.#ended = ended
    this.#used = used
    this.#sockets = sockets
    this.#targets = targets
    this.#outbox = outbox
    this.#host = host
  }

  /** Whether a session has ended within the lifetime of its access tokens, or with the account. */
  hasEnded(session: SessionId): boolean {
    return this.#host.isErased() || this.#ended.has(session)
  }

  /** Checks a session whose access token proves that it began. @param generation of that token */
  check(session: SessionId, generation: number, room: RoomId | null): SessionCheck {
    if (this.hasEnded(session)) return { hasEnded: true }
    // Before the answer: from now on the spent refresh token is not answered again.
    this.#used.mark(session, generation, Date.now())
    return { hasEnded: false, person: this.#host.person(), isListed: room !== null && this.#host.isListed(room) }
  }

  usedGeneration(session: SessionId): number {
    return this.#used.of(session)
  }

  /** Refuses these sessions from now on, and closes every socket of theirs: here, in rooms and in the feed. */
  end(sessions: SessionId[]): void {
    this.#ended.add(sessions, Date.now())
    this.#sockets.endSessions(sessions)
    this.#host.inBackground(this.#outbox.endSessions(sessions, this.#targets.of(sessions)))
  }
}
