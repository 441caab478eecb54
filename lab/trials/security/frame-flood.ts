/** Sends frames over the sockets of several rooms at once, until the limits refuse them. */
import type { ApiClient, Person } from '../../harness/api-client.ts'

/** Frames under way at once over one socket. */
const HUNDRED = 100

type Wire = Awaited<ReturnType<ApiClient['listen']>>['wire']

/** One room that somebody has open, and what came of the frames that were sent there. */
export class Room {
  passed = 0
  refused = 0
  isOver = false
  /** A message that was said there. */
  readonly message: number
  closed = Promise.resolve(0)
  #wire: Wire | undefined
  #received = () => {}

  private constructor(message: number) {
    this.message = message
  }

  static async open(api: ApiClient, person: Person): Promise<Room> {
    const id = await api.group(person)
    const said = { access: person.access, body: { content: 'first' } }
    const room = new Room((await api.call('POST', `/api/chatrooms/${id}/messages/`, said)).id)
    const path = `/ws/chat/${id}/?token=${person.access}&batch=1`
    const { wire, closed } = await api.listen(path, (text) => room.#take(JSON.parse(text)))
    room.#wire = wire
    room.closed = closed
    void closed.then(() => {
      room.isOver = true
      room.#received()
    })
    return room
  }

  send(frame: object): void {
    this.#wire?.send(JSON.stringify(frame))
  }

  close(): void {
    this.#wire?.close()
  }

  /** Resolves when so many frames were answered, or the socket has ended. */
  async answered(many: number): Promise<void> {
    while (this.passed + this.refused < many && !this.isOver) {
      await new Promise<void>((resolve) => {
        this.#received = resolve
      })
    }
  }

  #take(events: { ref?: number; code?: string }[]): void {
    for (const { ref, code } of [events].flat()) {
      if (ref === undefined) continue
      if (code === 'rate_limited') this.refused += 1
      else this.passed += 1
    }
    this.#received()
  }
}

/**
 * Sends frames to all rooms by hundreds, each when those before were answered, until each room has refused a whole
 * hundred or closed its socket. @returns how many passed in all of them
 */
export async function flood(
  rooms: Room[],
  frame: (n: number, message: number) => object,
  most: number,
): Promise<number> {
  const isDone = new Set<Room>()
  let sent = 0
  for (let round = 1; isDone.size < rooms.length && round * HUNDRED <= most; round++) {
    for (const room of rooms.filter((each) => !isDone.has(each))) {
      const before = room.passed
      for (let n = 0; n < HUNDRED; n++) room.send({ ...frame(++sent, room.message), ref: sent })
      await room.answered(round * HUNDRED)
      if (room.isOver || room.passed === before) isDone.add(room)
    }
  }
  return rooms.reduce((all, { passed }) => all + passed, 0)
}
