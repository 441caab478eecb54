/** Where each room was left, to be found again there. */
interface Left {
  /** The first message in sight, and how far its beginning is above the edge. */
  id: number
  offset: number
}

const left = new Map<number, Left>()

export const leave = (room: number, at: Left | null): void => void (at ? left.set(room, at) : left.delete(room))
export const leftAt = (room: number): Left | undefined => left.get(room)
