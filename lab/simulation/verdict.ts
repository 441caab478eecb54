/** Judges a simulated world at rest: compares what devices have with what actors answer. */
import { type Cast, ROOMS } from './cast.ts'
import { callerOf, type DeviceRoom, type KnownMessage } from './device.ts'
import type { Listed } from './list.ts'
import type { World } from './world.ts'

interface Stored {
  id: number
  sender: { id: number }
  client_id: string | null
  content: string | null
  deleted: boolean
}

interface Announced {
  notification_type: string
  room_id: number | null
  message_id: number | null
  content: string | null
  count: number
  is_read: boolean
}

/** A room as it answers for itself. */
export interface Truth {
  room: number
  history: KnownMessage[]
  /** The last read message of each member. */
  members: Map<number, { role: string; read: number }>
}

/** Has the world answer: time passes until it does. */
export async function answer<T>(world: World, asked: Promise<T>): Promise<T> {
  let done = false
  const end = () => {
    done = true
  }
  asked.then(end, end)
  for (let tries = 0; !done && tries < 1_000; tries++) await world.clock.runUntil(world.clock.now + 20)
  if (!done) throw new Error('No answer')
  return asked
}

/** Asks every room for everything. `readers` are connections that have just been made anew. */
export async function truths(cast: Cast, readers: readonly DeviceRoom[]): Promise<Truth[]> {
  const { world } = cast
  const ada = callerOf(cast.person(1), 10)
  const found: Truth[] = []
  for (const room of ROOMS) {
    const page = await answer(world, world.ask<{ results: Stored[] }>('ROOMS', room, 'page', ada, { limit: 1_000 }))
    const people = await answer(world, world.ask<{ id: number; role: string }[]>('ROOMS', room, 'participants', ada))
    const reader = readers.find((view) => view.room === room) as DeviceRoom
    found.push({
      room,
      history: page.results.map(known).sort((a, b) => a.id - b.id),
      members: new Map(people.map(({ id, role }) => [id, { role, read: reader.read.get(id) ?? 0 }])),
    })
  }
  return found
}

const known = ({ id, sender, client_id, content, deleted }: Stored): KnownMessage => ({
  id,
  sender: sender.id,
  client_id,
  content,
  deleted,
})

/** What is wrong in a room, from what its devices have. */
export function judgeRoom(truth: Truth, views: readonly DeviceRoom[], cast: Cast): string[] {
  const wrong: string[] = []
  const { room, history, members } = truth
  const byClientId = new Map<string, KnownMessage>()
  for (const message of history) {
    const key = `${message.sender}/${message.client_id}`
    if (message.client_id !== null && byClientId.has(key)) wrong.push(`room ${room}: ${key} is stored twice`)
    byClientId.set(key, message)
  }
  const removals = views.flatMap((view) => view.removals)
  for (const view of views) {
    const who = `room ${room}, ${view.person.username}`
    wrong.push(...view.wrongs.splice(0).map((each) => `${who}: ${each}`))
    for (const { readyAt, lastSeq } of view.visits) {
      const received = removals.find(
        ({ user, seq }) => user === view.person.id && readyAt !== undefined && readyAt < seq && seq < lastSeq,
      )
      if (received) wrong.push(`${who}: heard ${lastSeq} after being removed at ${received.seq}`)
    }
    for (const [client_id, id] of view.acked) {
      if (byClientId.get(`${view.person.id}/${client_id}`)?.id !== id)
        wrong.push(`${who}: ${client_id} was acknowledged as ${id} and is not stored as that`)
    }
    wrong.push(...judgeSaid(view, byClientId, cast).map((each) => `${who}: ${each}`))
    if (!members.has(view.person.id)) continue
    if (view.out) wrong.push(`${who}: is a member and was told to stay out`)
    else {
      differ(
        `${who}: has`,
        [...view.messages.values()].sort((a, b) => a.id - b.id),
        history,
        wrong,
      )
      differ(`${who}: knows members`, [...view.members].sort(), [...members.keys()].sort(), wrong)
    }
  }
  return wrong
}

function judgeSaid(view: DeviceRoom, stored: ReadonlyMap<string, KnownMessage>, cast: Cast): string[] {
  const wrong: string[] = []
  let last = 0
  for (const { client_id, content } of view.said) {
    const message = stored.get(`${view.person.id}/${client_id}`)
    if (!message) {
      if (!view.out) wrong.push(`${client_id} was never stored`)
      continue
    }
    if (!view.out && !view.acked.has(client_id)) wrong.push(`${client_id} was never acknowledged`)
    if (message.id <= last) wrong.push(`${client_id} stands before what was said earlier`)
    last = message.id
    if (!message.deleted && message.content !== content && !cast.edits.has(message.content ?? ''))
      wrong.push(`${client_id} has another text`)
  }
  return wrong
}

/** What is unread, computed from the room: undeleted messages by others above the cursor. */
export function unreadOf({ history, members }: Truth, user: number): KnownMessage[] {
  const { read } = members.get(user) as { read: number }
  return history.filter(({ id, sender, deleted }) => id > read && sender !== user && !deleted)
}

/** Lists, as shown and as answered, against the rooms. What is shown comes first: to answer, a list asks its rooms. */
export async function judgeLists(cast: Cast, all: readonly Truth[]): Promise<string[]> {
  const wrong: string[] = []
  const { world } = cast
  for (const person of cast.people) {
    const mine = all.filter(({ members }) => members.has(person.id))
    const should = mine.map((truth) => [truth.room, unreadOf(truth, person.id).length])
    const open = cast.lists.filter((list) => list.person.id === person.id && list.isOpen)
    for (const list of open) differ(`${person.username}'s open list`, counts(list.rooms.values()), should, wrong)
    const asked = world.ask<{ results: Listed[] }>('SIDEBARS', person.id, 'list', 'http://parlour.test', 100)
    const { results } = await answer(world, asked)
    differ(`${person.username}'s list`, counts(results), should, wrong)
    for (const list of open) {
      const [shows, should] = [[...list.rooms.values()].map(shown).sort(), results.map(shown).sort()]
      differ(`${person.username}'s open list in detail`, shows, should, wrong)
    }
  }
  return wrong
}

const counts = (rooms: Iterable<Listed>): [number, number][] =>
  [...rooms].map(({ id, unread_count }): [number, number] => [id, unread_count]).sort(([a], [b]) => a - b)

const shown = ({ id, chat_name, unread_count, muted, last_message }: Listed): string =>
  JSON.stringify([id, chat_name, unread_count, muted, last_message && [last_message.id, last_message.text]])

/** The directory's copy of who is in which room, and of who is there at all. */
export function judgeDirectory(cast: Cast, all: readonly Truth[], online: boolean): string[] {
  const wrong: string[] = []
  const { directory } = cast.world
  for (const { room, members } of all) {
    const rows = directory.run('SELECT user_id, role FROM memberships WHERE room_id = ? AND "left" = 0', room)
    differ(
      `the directory's members of ${room}`,
      rows.map((row) => `${row.user_id} ${row.role}`).sort(),
      [...members].map(([id, { role }]) => `${id} ${role}`).sort(),
      wrong,
    )
  }
  for (const { user_id, online: is } of directory.run('SELECT user_id, online FROM presence')) {
    if ((is === 1) !== online) wrong.push(`${user_id} is ${online ? 'offline' : 'online'} in the directory`)
  }
  return wrong
}

/** Notifications, when nobody is looking and something has just been said in every room. */
export async function judgeFeeds(cast: Cast, all: readonly Truth[]): Promise<string[]> {
  const wrong: string[] = []
  const { world } = cast
  for (const person of cast.people) {
    await answer(world, world.ask('SIDEBARS', person.id, 'refreshStale'))
    const { results } = await answer(
      world,
      world.ask<{ results: Listed[] }>('SIDEBARS', person.id, 'list', 'http://parlour.test', 100),
    )
    const feed = await answer(world, world.ask<Announced[]>('FEEDS', person.id, 'list', 100, 0))
    for (const truth of all) {
      const who = `${person.username} about room ${truth.room}`
      const about = feed.filter(({ room_id }) => room_id === truth.room)
      const mentions = about.filter(({ notification_type }) => notification_type === 'mention')
      if (new Set(mentions.map(({ message_id }) => message_id)).size < mentions.length)
        wrong.push(`${who}: a mention was announced twice`)
      const announced = about
        .filter(({ notification_type, is_read }) => notification_type === 'new_message' && !is_read)
        .map(({ count, message_id, content }) => [count, message_id, content])
      const unread = truth.members.has(person.id) ? unreadOf(truth, person.id) : []
      const newest = unread.at(-1)
      if (results.find(({ id }) => id === truth.room)?.muted) continue
      const expected = newest ? [[unread.length, newest.id, newest.content]] : []
      differ(`${who}: unread notifications`, announced, expected, wrong)
    }
  }
  return wrong
}

function differ(what: string, is: unknown, should: unknown, wrong: string[]): void {
  const [a, b] = [JSON.stringify(is), JSON.stringify(should)]
  if (a !== b) wrong.push(`${what}: ${a}, not ${b}`)
}
