/** Who is asking: established by the Worker, handed to the actor with every call and every upgrade. */
import type { Person, SessionId } from '../../protocol'

/** A signed-in person and the session they came with. Never built from anything the client itself claims. */
export interface Caller extends Person {
  session: SessionId
  /** When the session ends at the latest, in milliseconds since 1970. */
  sessionEnds: number
  /** Scheme and host the request came to; image URLs in answers start with it. */
  origin: string
}
