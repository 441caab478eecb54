/** Everything that one account can do, each as its dearest form: what S14 measures. */

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { app } from '../../src/api/app'
import type { RateName } from '../../src/protocol'
import { jpeg } from '../media/fixtures'
import {
  ask,
  direct,
  done,
  enter,
  type Frame,
  get,
  group,
  type Line,
  openFeed,
  openSidebar,
  patch,
  post,
  remove,
  type Someone,
  say,
} from '../support/world'
import type { Bill } from './meter'
import { CPU } from './prices'

/** Who acts, on whom, and what is left of earlier acts. */
export interface Stage {
  eve: Someone
  /** People whose actors are there already. */
  crowd: Someone[]
  pause(ms: number): Promise<void>
  /** Closes this line when the act is over. */
  keep(line: Promise<Line>): Promise<Line>
  newcomer(): Promise<Someone>
}

export interface Act<Ready = never> {
  name: string
  /** What has to be there before; what it gives is handed to each doing of the act. */
  prepare?(stage: Stage): Promise<Ready>
  act(stage: Stage, ready: Ready, n: number): Promise<unknown>
  /** How often it is done in a row. */
  times?: number
  /** Processor time of the Worker, in milliseconds, where it is not the usual. */
  cpu?: number
  /** Also done with every `npm test`. */
  short?: true
  /** No budget is charged: counted otherwise, or nobody is signed in. */
  uncharged?: true
}

/** What one act takes and what is charged for it, in units, and of which classes it is how often. */
export interface Measured {
  name: string
  bill: Bill
  taken: number
  charged: number
  acts: Partial<Record<RateName, number>>
  /** How often rates let one account do it in an hour that begins with everything left, and what that takes in dollars. */
  hour: { times: number; dollars: number }
}

const act = <Ready>(name: string, more: Omit<Act<Ready>, 'name'>): Act => ({ name, ...more }) as Act

const ids = (people: Someone[]) => people.map(({ id }) => id)
const room = (id: number, rest = '') => `/api/chatrooms/${id}/${rest}`
const ok = (answer: ReturnType<typeof ask>) => done(answer)

/** A group of eve's with some of the crowd. */
const groupOf =
  (size: number) =>
  async ({ eve, crowd }: Stage) =>
    group(eve, crowd.slice(0, size))

/** A group where the lists of everybody in it are open, and the room is not. */
const watched = (size: number) => async (stage: Stage) => {
  const made = await groupOf(size)(stage)
  await Promise.all(stage.crowd.slice(0, size).map((who) => stage.keep(openSidebar(who))))
  return { room: made }
}

let texts = 0
const text = (length = 80) => `${++texts} `.padEnd(length, 'lorem ipsum ')

export const ACTS: Act[] = [
  act('read a room', { prepare: groupOf(20), act: ({ eve }, { id }: Frame) => ok(get(eve, room(id))), times: 5 }),
  act('read a profile', { act: ({ eve }) => ok(get(eve, '/api/profile/')), times: 5 }),
  act('read one’s list of rooms', { act: ({ eve }) => ok(get(eve, '/api/chatrooms/?limit=100')), times: 3 }),
  act('read a page of a hundred messages', {
    prepare: async (stage) => {
      const made = await groupOf(3)(stage)
      const line = await enter(stage.eve, made)
      for (let n = 0; n < 100; n++) line.send({ type: 'send_message', content: text() })
      await line.answer({ type: 'stop_typing' })
      line.close()
      return made
    },
    act: ({ eve }, { id }: Frame) => ok(get(eve, room(id, 'messages/?limit=100'))),
    times: 3,
  }),
  act('read the list of people', { act: ({ eve }) => ok(get(eve, '/api/users/?limit=1000')), times: 3, short: true }),
  act('search for people', { act: ({ eve }) => ok(get(eve, '/api/users/?search=e')), times: 3 }),
  act('search for rooms', { act: ({ eve }) => ok(get(eve, '/api/chatrooms/?search=e')), times: 3 }),
  act('search all messages', { act: ({ eve }) => ok(get(eve, '/api/search/?q=lorem')), times: 2, short: true }),
  act('read notifications', { act: ({ eve }) => ok(get(eve, '/api/notifications/?limit=1000')), times: 3 }),

  act('make a group of one', { act: ({ eve }) => group(eve, []), times: 2 }),
  act('make a group of eleven', { act: ({ eve, crowd }) => group(eve, crowd.slice(0, 10)) }),
  act('make a group of twenty-one', { act: ({ eve, crowd }) => group(eve, crowd), short: true }),
  act('open a direct room', { act: ({ eve, crowd }, _, n) => direct(eve, crowd[n] as Someone), times: 2 }),
  act('open a direct room again', { act: ({ eve, crowd }) => direct(eve, crowd[0] as Someone), times: 3 }),
  act('add twenty people', {
    prepare: groupOf(0),
    act: ({ eve, crowd }, { id }: Frame) => ok(post(eve, room(id, 'add_members/'), { users: ids(crowd) })),
  }),
  act('remove somebody', {
    prepare: groupOf(20),
    act: ({ eve, crowd }, { id }: Frame, n) => ok(post(eve, room(id, 'remove_member/'), { user_id: crowd[n]?.id })),
    times: 5,
  }),
  act('flip a role, with twenty lists open', {
    prepare: watched(20),
    act: async ({ eve, crowd, pause }, { room: { id } }, n) => {
      await ok(post(eve, room(id, n % 2 ? 'revoke_admin/' : 'assign_admin/'), { user_id: crowd[0]?.id }))
      await pause(400)
    },
    times: 4,
    short: true,
  }),
  act('rename a group, with twenty lists open', {
    prepare: watched(20),
    act: async ({ eve, pause }, { room: { id } }) => {
      await ok(patch(eve, room(id), { room_name: text(20) }))
      await pause(400)
    },
    times: 3,
  }),
  act('ban and forgive', {
    prepare: groupOf(5),
    act: async ({ eve, crowd }, { id }: Frame) => {
      await ok(post(eve, room(id, 'bans/'), { user_id: crowd[0]?.id }))
      await ok(remove(eve, room(id, `bans/${crowd[0]?.id}/`)))
    },
  }),
  act('leave a group', {
    prepare: groupOf(5),
    act: ({ eve }, { id }: Frame) => ok(post(eve, room(id, 'leave_room/'))),
  }),
  act('join by a link', {
    prepare: async ({ crowd }) => {
      const other = crowd[19] as Someone
      const made = await group(other, crowd.slice(0, 3))
      return ok(get(other, room(made.id, 'shareable_link/')))
    },
    act: ({ eve }, { code }: Frame) => ok(post(eve, `/api/chatrooms/join/${code}/`)),
  }),
  act('make an invitation link', {
    prepare: groupOf(1),
    act: ({ eve }, { id }: Frame) => ok(post(eve, room(id, 'shareable_link/'), {})),
    times: 3,
  }),
  act('delete a group of twenty-one', {
    prepare: groupOf(20),
    act: ({ eve }, { id }: Frame) => ok(remove(eve, room(id))),
    short: true,
  }),
  act('mute a room', {
    prepare: groupOf(2),
    act: ({ eve }, { id }: Frame, n) => ok(patch(eve, room(id, 'me/'), { muted: n % 2 === 0, nickname: text(20) })),
    times: 4,
  }),

  act('send by socket, nobody looking', {
    prepare: async (stage) => stage.keep(enter(stage.eve, await groupOf(2)(stage))),
    act: async ({ pause }, line) => {
      await line.answer({ type: 'send_message', content: text(), client_id: text(20) })
      await pause(1_200)
    },
    times: 5,
    short: true,
  }),
  act('send ten thousand characters', {
    prepare: async (stage) => stage.keep(enter(stage.eve, await groupOf(2)(stage))),
    act: (_, line) => line.answer({ type: 'send_message', content: text(10_000), client_id: text(20) }),
    times: 5,
  }),
  act('send by REST, the first that twenty sleeping lists hear of', {
    prepare: groupOf(20),
    act: ({ eve }, made: Frame) => say(eve, made, text()),
    short: true,
  }),
  act('send to twenty who sleep, and read their lists then', {
    prepare: groupOf(20),
    act: async ({ eve, crowd, pause }, made: Frame) => {
      await say(eve, made, text())
      await pause(600)
      for (const who of crowd) await ok(get(who, '/api/chatrooms/'))
    },
  }),
  act('send to twenty with open lists, who read their notifications then', {
    prepare: async (stage) => {
      const { room: made } = await watched(20)(stage)
      return { line: await stage.keep(enter(stage.eve, made)) }
    },
    act: async ({ pause, crowd }, { line }) => {
      await line.answer({ type: 'send_message', content: text(), client_id: text(20) })
      await pause(1_200)
      for (const who of crowd) await ok(get(who, '/api/notifications/'))
    },
    times: 2,
  }),
  act('send to twenty with open lists and notifications', {
    prepare: async (stage) => {
      const { room: made } = await watched(20)(stage)
      for (const who of stage.crowd) await stage.keep(openFeed(who))
      return { line: await stage.keep(enter(stage.eve, made)) }
    },
    act: async ({ pause }, { line }) => {
      await line.answer({ type: 'send_message', content: text(), client_id: text(20) })
      await pause(1_200)
    },
    times: 5,
  }),
  act('send by socket, twenty lists open', {
    prepare: async (stage) => {
      const { room: made } = await watched(20)(stage)
      return { line: await stage.keep(enter(stage.eve, made)) }
    },
    act: async ({ pause }, { line }) => {
      await line.answer({ type: 'send_message', content: text(), client_id: text(20) })
      await pause(1_200)
    },
    times: 5,
    short: true,
  }),
  act('send to somebody who is there', {
    prepare: async ({ eve, crowd, keep }) => {
      const other = crowd[1] as Someone
      const made = await direct(eve, other)
      const line = await keep(enter(eve, made))
      await keep(enter(other, made))
      await keep(openSidebar(other))
      return line
    },
    act: async ({ pause }, line) => {
      await line.answer({ type: 'send_message', content: text(), client_id: text(20) })
      await pause(1_200)
    },
    times: 5,
    short: true,
  }),
  act('name twenty people', {
    prepare: groupOf(20),
    act: ({ eve, crowd }, made: Frame) => say(eve, made, crowd.map(({ username }) => `@${username}`).join(' ')),
    short: true,
  }),
  act('edit a message, ten lists open', {
    prepare: async (stage) => {
      const { room: made } = await watched(10)(stage)
      const message = await say(stage.eve, made, text())
      return { line: await stage.keep(enter(stage.eve, made)), message }
    },
    act: async ({ pause }, { line, message }) => {
      await line.answer({ type: 'edit_message', message_id: message.id, content: text() })
      await pause(400)
    },
    times: 4,
  }),
  act('delete a message', {
    prepare: groupOf(2),
    act: async ({ eve }, made: Frame) => {
      const { id } = await say(eve, made, text())
      return ok(remove(eve, room(made.id, `messages/${id}/`)))
    },
    times: 3,
  }),
  act('react', {
    prepare: async (stage) => {
      const made = await groupOf(5)(stage)
      const message = await say(stage.eve, made, text())
      return { line: await stage.keep(enter(stage.eve, made)), message }
    },
    act: (_, { line, message }, n) =>
      line.answer({ type: n % 2 ? 'unreact' : 'react', message_id: message.id, emoji: '🎩' }),
    times: 10,
    short: true,
  }),
  act('read one message after the other', {
    prepare: async (stage) => {
      const made = await groupOf(2)(stage)
      const line = await enter(stage.crowd[0] as Someone, made)
      for (let n = 0; n < 10; n++) line.send({ type: 'send_message', content: text() })
      await line.answer({ type: 'stop_typing' })
      line.close()
      const { last_id } = await ok(get(stage.eve, room(made.id)))
      await stage.keep(openSidebar(stage.eve))
      return { line: await stage.keep(enter(stage.eve, made)), last_id }
    },
    act: async ({ pause }, { line, last_id }, n) => {
      line.send({ type: 'delivered', message_id: last_id - 9 + n })
      line.send({ type: 'read_message', message_id: last_id - 9 + n })
      await pause(1_100)
    },
    times: 8,
    short: true,
  }),
  act('type, twenty lists open', {
    prepare: async (stage) => {
      const { room: made } = await watched(20)(stage)
      return stage.keep(enter(stage.eve, made))
    },
    act: async ({ pause }, line) => {
      await line.answer({ type: 'typing' })
      await pause(2_100)
    },
    times: 3,
  }),
  act('a frame that is nothing', {
    prepare: async (stage) => stage.keep(enter(stage.eve, await groupOf(1)(stage))),
    act: (_, line) => line.answer({ type: 'nothing' }),
    times: 50,
  }),

  act('ask to be a friend', {
    act: async ({ eve, crowd }, _, n) => ok(post(eve, '/api/friend-requests/', { to_user: crowd[10 + n]?.id })),
    times: 3,
    short: true,
  }),
  act('take a request back', {
    prepare: async ({ eve, crowd }) => ok(post(eve, '/api/friend-requests/', { to_user: crowd[16]?.id })),
    act: ({ eve }, { id }: Frame) => ok(post(eve, `/api/friend-requests/${id}/cancel/`)),
  }),
  act('accept a friend', {
    prepare: async ({ eve, crowd }) => ok(post(crowd[17] as Someone, '/api/friend-requests/', { to_user: eve.id })),
    act: ({ eve }, { id }: Frame) => ok(post(eve, `/api/friend-requests/${id}/accept/`)),
  }),
  act('end a friendship', { act: ({ eve, crowd }) => ok(remove(eve, `/api/friends/${crowd[17]?.id}/`)) }),
  act('block and forgive', {
    act: async ({ eve, crowd }) => {
      await ok(post(eve, `/api/users/${crowd[1]?.id}/block/`))
      await ok(remove(eve, `/api/users/${crowd[1]?.id}/block/`))
    },
    times: 2,
    short: true,
  }),
  act('change one’s name, in thirty rooms', {
    act: ({ eve }) => ok(patch(eve, '/api/profile/', { first_name: text(20), last_name: text(30) })),
    times: 2,
    short: true,
  }),
  act('change one’s biography', { act: ({ eve }) => ok(patch(eve, '/api/profile/', { bio: text() })), times: 2 }),
  act('notify oneself', { act: ({ eve }) => ok(post(eve, '/api/notifications/', { message: text() })), times: 5 }),
  act('mark all notifications, of which ten are unread', {
    prepare: async ({ eve }) => {
      for (let n = 0; n < 10; n++) await ok(post(eve, '/api/notifications/', { message: text() }))
    },
    act: ({ eve }) => ok(post(eve, '/api/notifications/mark_all_read/')),
  }),
  act('mark a notification unread and read', {
    prepare: async ({ eve }) => ok(post(eve, '/api/notifications/', { message: text() })),
    act: ({ eve }, { id }: Frame, n) => ok(patch(eve, `/api/notifications/${id}/`, { is_read: n % 2 === 0 })),
    times: 4,
  }),
  act('mark a message read by REST', {
    prepare: async (stage) => {
      const made = await groupOf(2)(stage)
      const messages: Frame[] = []
      for (let n = 0; n < 4; n++) messages.push(await say(stage.crowd[0] as Someone, made, text()))
      return { id: made.id, messages }
    },
    act: ({ eve }, { id, messages }, n) => ok(post(eve, room(id, `messages/${messages[n]?.id}/mark_as_read/`))),
    times: 4,
  }),

  act('upload a file', {
    act: ({ eve }) => {
      const form = new FormData()
      form.append('file', new Blob(['seen']), 'words.txt')
      return ok(ask('POST', '/api/files/', { token: eve.access, body: form }))
    },
    times: 3,
    short: true,
  }),
  act('send an image', {
    prepare: groupOf(2),
    act: ({ eve }, { id }: Frame) => {
      const form = new FormData()
      form.append('image', new Blob([jpeg()]), 'tower.jpg')
      return ok(ask('POST', room(id, 'messages/'), { token: eve.access, body: form }))
    },
    times: 2,
  }),

  act('fetch an image', {
    prepare: async (stage) => {
      const made = await groupOf(1)(stage)
      const form = new FormData()
      form.append('image', new Blob([jpeg()]), 'tower.jpg')
      const message = await ok(ask('POST', room(made.id, 'messages/'), { token: stage.eve.access, body: form }))
      return new URL(message.image)
    },
    act: async (_, url: URL) => {
      const context = createExecutionContext()
      const answer = await app.fetch(new Request(url), env, context)
      await answer.arrayBuffer()
      await waitOnExecutionContext(context)
      if (answer.status !== 200) throw new Error(`An image answered ${answer.status}`)
    },
    times: 20,
    short: true,
  }),
  act('take a ticket', { act: ({ eve }) => ok(post(eve, '/api/socket-ticket/')), times: 5 }),
  act('open and close one’s list', {
    act: async ({ eve }) => {
      const line = await openSidebar(eve)
      line.close()
      await line.closed()
    },
    times: 20,
    short: true,
  }),
  act('open and close one’s notifications', {
    act: async ({ eve }) => {
      const line = await openFeed(eve)
      line.close()
      await line.closed()
    },
    times: 10,
  }),
  act('open and close a room', {
    prepare: groupOf(5),
    act: async ({ eve }, made: Frame) => {
      const line = await enter(eve, made)
      line.close()
      await line.closed()
    },
    times: 10,
  }),
  act('open and close one room after the other', {
    prepare: async (stage) => {
      const rooms: Frame[] = []
      for (let n = 0; n < 6; n++) rooms.push(await groupOf(2)(stage))
      return rooms
    },
    act: async ({ eve }, rooms: Frame[], n) => {
      const line = await enter(eve, rooms[n] as Frame)
      line.close()
      await line.closed()
    },
    times: 6,
  }),
  act('come online and go', {
    prepare: async ({ pause }) => pause(9_000),
    act: async ({ eve, pause }) => {
      const line = await openFeed(eve)
      line.close()
      await line.closed()
      await pause(9_500)
    },
    short: true,
  }),
  act('refresh one’s tokens', {
    act: async (stage) => {
      const { refresh, access } = await ok(ask('POST', '/api/token/refresh/', { body: { refresh: stage.eve.refresh } }))
      Object.assign(stage.eve, { refresh, access })
    },
    times: 3,
  }),
  act('sign in', {
    act: ({ eve }) =>
      ok(ask('POST', '/api/login/', { body: { identifier: eve.username, password: 'correct horse battery' } })),
    times: 3,
    cpu: CPU.password,
    short: true,
  }),
  act('register', { act: (stage) => stage.newcomer(), cpu: CPU.password, uncharged: true }),
]
