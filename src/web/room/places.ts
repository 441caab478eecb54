/** Where each room was left, to be found again there. */
interface Left {
  /** The first message in sight, and how far below the edge it was. */
  key: string
  offset: number
}

const left = new Map<number, Left>()

export const leave = (room: number, at: Left | null): void => void (at ? left.set(room, at) : left.delete(room))
export const leftAt = (room: number): Left | undefined => left.get(room)
