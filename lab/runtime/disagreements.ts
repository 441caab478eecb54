/** Compares every copy of a fact with its original, as people see both through the API. */
import { env } from 'cloudflare:workers'
import { done, type Frame, get, type Someone } from '../../test/support/world'

/** What differs from its original at rest: names, pictures, members, roles, lists, counts, quotes in notifications. */
export async function disagreements(people: Someone[], rooms: Frame[]): Promise<string[]> {
  const found: string[] = []
  const differ = (what: string, copy: unknown, original: unknown) => {
    const [one, other] = [JSON.stringify(copy), JSON.stringify(original)]
    if (one !== other) found.push(`${what} is ${one}, and should be ${other}`)
  }
  const [anybody] = people
  if (!anybody) return found
  // Before anybody asks: a request brings the names of whoever makes it, and a room takes them over.
  for (const { id } of rooms) {
    for (const { user_id, name } of await namesIn(id)) {
      differ(`room ${id}: the stored name of ${user_id}`, name, await nameOf(user_id))
    }
  }
  const persons = new Map<number, Frame>()
  for (const { id } of people) {
    const { body } = await get(people.find((each) => each.id !== id) ?? anybody, `/api/users/${id}/`)
    persons.set(id, body)
  }
  const looks = ({ id, username, full_name, profile_pic }: Frame) => [id, username, full_name, pathOf(profile_pic)]
  for (const who of people) {
    const list: Frame[] = (await done(get(who, '/api/chatrooms/?limit=100'))).results
    const notifications = (await done(get(who, '/api/notifications/?limit=1000'))) as unknown as Frame[]
    for (const { id } of rooms) {
      const listed = list.find((each) => each.id === id)
      const { status, body: detail } = await get(who, `/api/chatrooms/${id}/`)
      const about = `room ${id} for ${who.username}`
      differ(`${about}: being in the list`, listed !== undefined, status === 200)
      if (status !== 200 || !listed) continue
      const page: Frame[] = (await done(get(who, `/api/chatrooms/${id}/messages/?limit=100`))).results
      for (const participant of detail.participants) {
        const person = persons.get(participant.id)
        if (person) differ(`${about}: a participant`, looks(participant), looks(person))
      }
      for (const { id: message, sender, reply_to, reply_preview: quote } of page) {
        const person = persons.get(sender.id)
        if (person) differ(`${about}: the author of ${message}`, looks(sender), looks(person))
        const original = page.find((each) => each.id === reply_to)
        if (original)
          differ(`${about}: a quote`, [quote.content, quote.sender_name], [original.content, original.sender.full_name])
      }
      const newest = page.find(({ deleted }) => !deleted)
      const last = listed.last_message
      differ(
        `${about}: the last message`,
        last && [last.id, last.content, last.sender_name],
        newest ? [newest.id, newest.content, newest.sender.full_name] : null,
      )
      const unread = page.filter(
        ({ sender, deleted, timestamp, read_statuses }) =>
          sender.id !== who.id &&
          !deleted &&
          timestamp > joinedAt(detail, who) &&
          !read_statuses.some(({ id: reader }: Frame) => reader === who.id),
      ).length
      differ(`${about}: the unread count`, listed.unread_count, unread)
      differ(`${about}: the list`, mine(listed), mine(detail))
      if (detail.is_group) differ(`${about}: the name`, listed.chat_name, listed.nickname ?? detail.room_name)
      const open = notifications.filter(
        (each) => each.room_id === id && each.notification_type === 'new_message' && !each.is_read,
      )
      if (listed.notify === 'all')
        differ(`${about}: notified of`, open.reduce((sum, { count }) => sum + count, 0) <= unread, true)
    }
    for (const each of notifications) {
      if (each.message_id === null || each.room_id === null) continue
      const { status, body } = await get(who, `/api/chatrooms/${each.room_id}/messages/${each.message_id}/`)
      const text = status === 200 ? (body.content ?? (body.image && 'Image')) : null
      // What was taken away by leaving may stay away.
      if (!each.is_read || each.content !== null) {
        differ(`${who.username}: the quote of notification ${each.id}`, each.content, text)
      }
      if (status === 200)
        differ(`${who.username}: who notification ${each.id} is by`, each.sender, body.sender.full_name)
    }
  }
  for (const { id } of rooms) differ(`room ${id}: the index`, await indexed(id), await members(id))
  return found
}

const pathOf = (url: string | null) => url && new URL(url).pathname

const joinedAt = ({ participants }: Frame, { id }: Someone): string =>
  participants.find((each: Frame) => each.id === id)?.joined_at ?? ''

const mine = ({ chat_name, muted, notify, pinned, nickname, unread_count, last_message, partner_id }: Frame) => ({
  chat_name,
  muted,
  notify,
  pinned,
  nickname,
  unread_count,
  last_message,
  partner_id,
})

/** What a room calls its members, as it is stored. */
async function namesIn(room: number): Promise<{ user_id: number; name: string }[]> {
  const { runInDurableObject } = await import('cloudflare:test')
  return runInDurableObject(env.ROOMS.getByName(String(room)), (_, { storage: { sql } }) =>
    sql
      .exec<{ user_id: number; name: string }>(
        "SELECT user_id, username || ', ' || full_name AS name FROM members WHERE left_at IS NULL",
      )
      .toArray(),
  )
}

/** What the directory calls somebody. */
const nameOf = (user: number): Promise<string | null> =>
  env.DIRECTORY.prepare(
    `SELECT username || ', ' || coalesce(nullif(trim(first_name || ' ' || last_name), ''), username) AS name
     FROM users WHERE id = ?`,
  )
    .bind(user)
    .first<string>('name')

/** Who is in a room, as the directory has it. */
async function indexed(room: number): Promise<string[]> {
  const { results } = await env.DIRECTORY.prepare(
    'SELECT user_id, role FROM memberships WHERE room_id = ? AND "left" = 0',
  )
    .bind(room)
    .all<{ user_id: number; role: string }>()
  return results.map(({ user_id, role }) => `${user_id} ${role}`).sort()
}

/** And as the room has it. */
async function members(room: number): Promise<string[]> {
  const { runInDurableObject } = await import('cloudflare:test')
  return runInDurableObject(env.ROOMS.getByName(String(room)), (_, { storage: { sql } }) =>
    sql
      .exec<{ user_id: number; role: string }>('SELECT user_id, role FROM members WHERE left_at IS NULL')
      .toArray()
      .map(({ user_id, role }) => `${user_id} ${role}`)
      .sort(),
  )
}
