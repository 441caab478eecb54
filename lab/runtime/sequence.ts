/**
 * The shape of a sequence of R17: it is set up without delays, played while every call is delayed, and judged at rest.
 */
import { env } from 'cloudflare:workers'
import { png } from '../../test/media/fixtures'
import {
  type Answer,
  ask,
  direct,
  done,
  type Frame,
  get,
  group,
  patch,
  post,
  type Someone,
} from '../../test/support/world'
import { pause } from '../harness/waiting.ts'
import { accounts } from './accounts'

/** What was set up: to be played once, then judged. */
export interface Prepared {
  people: Someone[]
  rooms: Frame[]
  play(): Promise<unknown>
  /** What is wrong at rest, beside copies that disagree. */
  judge?(): Promise<string[]>
}

export interface Sequence {
  /** What happens. */
  name: string
  /** Answers between actors are lost now and then. */
  losing?: number
  prepare(tag: string): Promise<Prepared>
}

export const inRoom = (room: Frame, rest = '') => `/api/chatrooms/${room.id}/${rest}`
export const rename = (who: Someone, first_name: string) => patch(who, '/api/profile/', { first_name })
export const add = (by: Someone, room: Frame, whom: Someone) =>
  post(by, inRoom(room, 'add_members/'), { users: [whom.id] })

export function picture(who: Someone, bytes: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const body = new FormData()
  body.append('profile_pic', new Blob([bytes]), 'face')
  return ask('PATCH', '/api/profile/', { token: who.access, body })
}

export async function imageId(who: Someone): Promise<string> {
  const body = new FormData()
  body.append('image', new Blob([png()]), 'image.png')
  return (await done(ask('POST', '/api/images/', { token: who.access, body }))).id
}

export const isThere = async (url: string): Promise<boolean> => {
  const { pathname } = new URL(url)
  return (await env.MEDIA.head(decodeURIComponent(pathname.replace('/media/', '')))) !== null
}

export const notificationsOf = async (who: Someone): Promise<Frame[]> =>
  (await done(get(who, '/api/notifications/?limit=1000'))) as unknown as Frame[]

/**
 * Waits for 0 to 190 ms, another time in each of twenty copies: acts take different numbers of calls, and would otherwise
 * meet at the same few points of each other only.
 */
export const stagger = (tag: string): Promise<void> => pause((Number(tag.split('_').at(-1)) % 20) * 10)

/** Two people in a group and in their direct room. */
export async function two(tag: string) {
  const { ada, bob } = await accounts(tag, 'ada', 'bob')
  const room = await group(ada, [bob])
  const pair = await direct(ada, bob)
  return { ada, bob, room, pair, people: [ada, bob], rooms: [room, pair] }
}

/** Keeps doing something until it gives what is wanted. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let times = 0; times < 200; times++) {
    const found = await look()
    if (found !== undefined) return found
    await pause(10)
  }
  throw new Error('It never came')
}
