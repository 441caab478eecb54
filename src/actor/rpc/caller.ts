/** The caller: the Worker authenticates it and passes it to the actor with every call and upgrade. */
import type { Person, SessionId } from '../../protocol'

/** A signed-in user and their session. The Worker never builds it from anything that the client claims. */
export interface Caller extends Person {
  session: SessionId
  /** The latest end of the session, in milliseconds since 1970. */
  sessionEnds: number
  /** Scheme and host of the request's URL. Image URLs in answers start with it. */
  origin: string
}
