/**
 * S5: what is said in a room stays there. Nothing of it reaches strangers, staff, people between whom and its author a block
 * stands, or anybody who is no longer in it, by any route (those of staff too) or socket.
 */
import { beforeAll, expect } from 'vitest'
import { newLinkCode } from '../../src/protocol'
import { jpeg } from '../media/fixtures'
import {
  ask,
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
  tryConnect,
  twice,
} from '../support/world'
import { assemble, type Company } from './roles'
import { ROWS } from './rows'

let company: Company
beforeAll(async () => {
  company = await assemble()
})

/** A word that stands nowhere else. */
const word = () => `canary${crypto.randomUUID().replaceAll('-', '')}`

/** The routes that show something, those of staff too; everybody asks all of them. */
const SHOWING = [...new Set(ROWS.map(({ route }) => route))]
  .filter((route) => /^GET \/api\/(?!schema)/.test(route))
  .map((route) => route.slice('GET '.length).replace('/admin/rooms/:id', '/admin/rooms/:roomId'))

const SEARCHES = (sought: string, room: Frame) => [
  `/api/search/?q=${sought}`,
  `/api/search/?q=${sought}&room=${room.id}`,
  `/api/search/?q=canary`,
  `/api/chatrooms/?search=${sought}`,
  `/api/chatrooms/${room.id}/messages/?search=${sought}`,
  `/api/chatrooms/${room.id}/messages/?after=0`,
  `/api/users/?search=${sought}`,
  `/api/friends/?search=${sought}`,
  `/api/admin/rooms/?search=${sought}`,
  `/api/admin/users/?search=${sought}`,
]

/** All that somebody gets out of every way to ask, about a room, a message in it, and its link. */
async function everythingTold(who: Someone, room: Frame, message: Frame, code: string, words: string[]) {
  const told: string[] = []
  const take = ({ body, headers }: { body: unknown; headers?: Headers }) =>
    told.push(JSON.stringify(body), headers?.get('Link') ?? '')
  const values: Frame = { roomId: room.id, messageId: message.id, code, id: message.sender.id }
  const paths = SHOWING.map((path) => path.replaceAll(/:(\w+)/g, (_, name) => String(values[name])))
  for (const path of paths) take(await get(who, `${path}/`))
  for (const sought of words) for (const path of SEARCHES(sought, room)) take(await get(who, path))
  // Another room of theirs, in which they refer to what is not in it.
  const own = await group(who, [])
  for (const id of [message.id, room.last_id]) {
    take(await post(who, `/api/chatrooms/${own.id}/messages/`, { content: 'Look', reply_to: id }))
  }
  const { image_id, file_id } = message.uploads
  take(await post(who, `/api/chatrooms/${own.id}/messages/`, { content: 'Mine?', image_id }))
  take(await post(who, `/api/chatrooms/${own.id}/messages/`, { content: 'Mine?', file_id }))
  take(await post(who, `/api/chatrooms/${room.id}/messages/`, { content: 'In?', client_id: message.client_id }))
  take(await get(who, `/api/chatrooms/${own.id}/messages/`))
  for (const path of [`/ws/chat/${room.id}/?after=0`, '/ws/sidebar/', '/ws/notifications/']) {
    const answer = await tryConnect(who, path)
    if ('status' in answer) take(answer)
    else {
      await answer.heard()
      told.push(...answer.wire)
      answer.close()
    }
  }
  return told
}

const upload = async (who: Someone, field: 'image' | 'file', file: Blob, name: string): Promise<Frame> => {
  const form = new FormData()
  form.append(field, file, name)
  return done(ask('POST', `/api/${field}s/`, { token: who.access, body: form }))
}

/** Says a word in every way there is: as text, in an earlier version, as a file's name, and with pictures. */
async function sing(who: Someone, room: Frame, to: Someone[]) {
  const [text, earlier, fileName] = [word(), word(), word()]
  const image = await upload(who, 'image', new Blob([jpeg()]), 'tower.jpg')
  const file = await upload(who, 'file', new Blob(['seen']), `${fileName}.txt`)
  const mentions = to.map(({ username }) => `@${username}`).join(' ')
  const more = { image_id: image.id, file_id: file.id, client_id: word() }
  const first = await say(who, room, `${earlier} ${mentions}`, more)
  const path = `/api/chatrooms/${room.id}/messages/${first.id}/`
  const message = await done(patch(who, path, { content: `${text} ${mentions}` }))
  const keyOf = ({ url }: Frame) => new URL(url).pathname
  const uploads = { image_id: image.id, file_id: file.id }
  return { message: { ...message, uploads } as Frame, words: [text, earlier, fileName, keyOf(image), keyOf(file)] }
}

const heardIn = (told: string[], words: string[]) => words.filter((sung) => told.some((text) => text.includes(sung)))

twice(
  'what is said in a room never reaches a stranger, staff or a blocked person, nor from then on who was removed',
  async (interlude) => {
    const { owner, member, exMember, stranger, staff, passer: blocked, friend: blocker } = company
    await done(post(owner, `/api/users/${blocked.id}/block/`))
    await done(post(blocker, `/api/users/${owner.id}/block/`))
    const outside = { stranger, staff, blocked, blocker }
    const absent = [...Object.values(outside), exMember]
    const room = await group(owner, [member, exMember])
    const { code } = await done(post(owner, `/api/chatrooms/${room.id}/shareable_link/`))

    const listening = async (who: Someone): Promise<Line[]> => [await openSidebar(who), await openFeed(who)]
    const outsideLines = await Promise.all(Object.values(outside).map(listening))
    const lines = {
      exMember: await listening(exMember),
      member: await listening(member),
    }
    lines.exMember.push(await enter(exMember, room))
    lines.member.push(await enter(member, room))

    const before = await sing(owner, room, [member, ...absent])
    // They are in, and hear it; this is what must end.
    const inside = await everythingTold(exMember, room, before.message, code, before.words)
    expect(heardIn(inside, before.words)).toEqual(before.words)
    await interlude()

    await done(post(owner, `/api/chatrooms/${room.id}/remove_member/`, { user_id: exMember.id }))
    // What was on its way when they were removed has come by now.
    for (const line of lines.exMember.slice(0, 2)) await line.heard()
    const parting = lines.exMember.map((line) => line.wire.length)
    await interlude()

    const after = await sing(owner, room, [member, ...absent])
    const answer = word()
    const words = [...before.words, ...after.words, answer]
    const name = word()
    await done(patch(owner, `/api/chatrooms/${room.id}/`, { room_name: name }))
    await say(member, room, `${answer} as a reply`, { reply_to: after.message.id })
    await interlude()

    const memberTold: string[] = []
    const once = [staff, blocked, blocker]
    for (const { message } of [before, after]) {
      const sought = message === before.message ? before.words : after.words
      // With the link they see the room's face and name; with a code that was never given out nothing.
      for (const link of [code, newLinkCode(room.id)]) {
        for (const who of absent) {
          // Of people who were never inside, strangers try all; the others see the later message's link.
          if (once.includes(who) && (message !== after.message || link !== code)) continue
          const told = await everythingTold(who, room, message, link, sought)
          // Staff see what rooms are called.
          const shown = link === code || who === staff ? [name] : []
          expect([who.username, heardIn(told, [...words, name])]).toEqual([who.username, shown])
          expect(told.length).toBeGreaterThan(50)
        }
      }
      memberTold.push(...(await everythingTold(member, room, message, code, words)))
    }
    expect(heardIn(memberTold, [...words, name])).toEqual([...words, name])

    const overheard = (which: Line[], from: number[] = []) => which.flatMap((line, n) => line.wire.slice(from[n] ?? 0))
    for (const line of [...outsideLines.flat(), ...lines.exMember.slice(0, 2)]) await line.heard()
    for (const [n, who] of Object.keys(outside).entries()) {
      expect([who, heardIn(overheard(outsideLines[n] ?? []), [...words, name])]).toEqual([who, []])
    }
    expect(heardIn(overheard(lines.exMember, parting), [...words, name])).toEqual([])
    expect(heardIn(overheard(lines.member), [...after.words, name])).toEqual([...after.words, name])
    for (const line of [...outsideLines, ...Object.values(lines)].flat()) line.close()
    await done(remove(owner, `/api/users/${blocked.id}/block/`))
    await done(remove(blocker, `/api/users/${owner.id}/block/`))
  },
)
