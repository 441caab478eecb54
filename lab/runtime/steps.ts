/** The steps of a scenario as plain data, which can be drawn from a seed, printed, and played again. */
import type { Random } from '../harness/random.ts'

export const PEOPLE = ['ada', 'bob', 'cy', 'dee'] as const
export type Name = (typeof PEOPLE)[number]

/** Two groups that share people, and the direct room of ada and bob. */
export const ROOM_NAMES = ['den', 'nook', 'pair'] as const
export type RoomName = (typeof ROOM_NAMES)[number]

/** `nth` names a message of the room, counted from the newest; what is not there is not done. */
export type Step =
  | { do: 'send'; who: Name; roomName: RoomName; text: string; client: string; mention?: Name }
  | { do: 'resend'; who: Name; roomName: RoomName; nth: number }
  | { do: 'edit'; who: Name; roomName: RoomName; nth: number; text: string }
  | { do: 'delete' | 'read' | 'deliver'; who: Name; roomName: RoomName; nth: number }
  | { do: 'add' | 'remove' | 'promote' | 'demote'; who: Name; roomName: RoomName; whom: Name }
  | { do: 'leave'; who: Name; roomName: RoomName }
  | { do: 'accept'; who: Name; roomName: RoomName }
  | { do: 'decline'; who: Name; roomName: RoomName }
  | { do: 'rename'; who: Name; roomName: RoomName; text: string }
  | { do: 'mute' | 'pin'; who: Name; roomName: RoomName; on: boolean }
  | { do: 'block' | 'unblock'; who: 'ada' | 'bob'; whom: 'ada' | 'bob' }
  | { do: 'enter' | 'exit'; who: Name; roomName: RoomName }
  | { do: 'open' | 'close'; who: Name; what: 'sidebar' | 'feed' }
  | { do: 'notice'; who: Name; nth: number }
  | { do: 'noticeAll'; who: Name }

/** How often each is done, against the others. */
const WEIGHTS: Record<Step['do'], number> = {
  send: 24,
  resend: 5,
  edit: 5,
  delete: 5,
  read: 10,
  deliver: 3,
  add: 6,
  remove: 2,
  promote: 2,
  demote: 1,
  leave: 2,
  accept: 3,
  decline: 1,
  rename: 2,
  mute: 3,
  pin: 1,
  block: 1,
  unblock: 2,
  enter: 7,
  exit: 4,
  open: 6,
  close: 3,
  notice: 2,
  noticeAll: 2,
}
const BAG = Object.entries(WEIGHTS).flatMap(([what, weight]) => Array<Step['do']>(weight).fill(what as Step['do']))

/** One more step; `n` makes its texts and names its own. */
export function drawStep(random: Random, n: number): Step {
  const what = random.pick(BAG)
  const [who, roomName, whom] = [random.pick(PEOPLE), random.pick(ROOM_NAMES), random.pick(PEOPLE)]
  const on = random.next() < 0.6
  // The newest messages are those that matter most to what a list shows.
  const nth = random.next() < 0.6 ? random.between(0, 2) : random.between(0, 30)
  const side = random.pick(['ada', 'bob'] as const)
  const other = side === 'ada' ? 'bob' : 'ada'
  const text = `${what} ${n}`
  const client = `c-${n}`
  switch (what) {
    case 'send':
      return { do: what, who, roomName, text, client, ...(random.next() < 0.2 ? { mention: whom } : {}) }
    case 'resend':
    case 'delete':
    case 'read':
    case 'deliver':
      return { do: what, who, roomName, nth }
    case 'edit':
      return { do: what, who, roomName, nth, text }
    case 'add':
    case 'remove':
    case 'promote':
    case 'demote':
      return { do: what, who, roomName, whom }
    case 'leave':
    case 'accept':
    case 'decline':
    case 'enter':
    case 'exit':
      return { do: what, who, roomName }
    case 'rename':
      return { do: what, who, roomName, text }
    case 'mute':
    case 'pin':
      return { do: what, who, roomName, on }
    case 'block':
    case 'unblock':
      return { do: what, who: side, whom: other }
    case 'open':
    case 'close':
      return { do: what, who, what: random.pick(['sidebar', 'feed'] as const) }
    case 'notice':
      return { do: what, who, nth }
    case 'noticeAll':
      return { do: what, who }
  }
}
