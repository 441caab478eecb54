/** The SDK against a real server that is restarted and killed under it. */

import v8 from 'node:v8'
import vm from 'node:vm'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { agreement, c1 } from '../../lab/trials/reliability/c1-agrees.ts'
import type { RunningServer } from '../../scripts/server.ts'
import { accountsOf } from '../../src/client/accounts.ts'
import { jumpTo, jumpToLatest, loadNewer } from '../../src/client/history.ts'
import {
  type Chat,
  type ChatError,
  type ChatOptions,
  type ConnectionState,
  createChat,
  type Room,
} from '../../src/client/index.ts'
import { notificationsOf } from '../../src/client/notifications.ts'
import { offline } from '../../src/client/offline.ts'
import { managementOf, roomsOf } from '../../src/client/rooms.ts'
import { uploads } from '../../src/client/uploads.ts'
import { PATIENCE } from '../support/patience.ts'
import { startServer } from './server.ts'

const PASSWORD = 'correct horse battery'
/** For what has to wait out a reconnection. */
const SOON = { timeout: PATIENCE, interval: 50 }

/** One transparent pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

let server: RunningServer
const open = new Set<Chat>()
let people = 0

beforeAll(async () => {
  server = await startServer({ vars: { RATE_LIMITS: 'off' } })
})

afterEach(() => {
  for (const chat of open) chat.close()
  open.clear()
})

/** `localStorage`, as one browser has it. */
function storage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}

function client(options: Partial<ChatOptions> = {}): Chat {
  const chat = createChat({ url: server.url, offline, uploads, ...options })
  open.add(chat)
  return chat
}

/** Somebody new, signed in. */
async function somebody(name: string, options: Partial<ChatOptions> = {}) {
  const chat = client(options)
  const username = `${name}_${++people}`
  const { user } = await accountsOf(chat).register({ email: `${username}@parlour.test`, username, password: PASSWORD })
  if (!user) throw new Error(`${name} is not signed in`)
  return { chat, id: user.id, username }
}

/** Two people in one open room. */
async function pair() {
  const [anna, bert] = await Promise.all([somebody('anna'), somebody('bert')])
  const { id } = await roomsOf(anna.chat).create({ roomName: 'The Group', participantIds: [bert.id] })
  const [hers, his] = await Promise.all([anna.chat.room(id).open(), bert.chat.room(id).open()])
  return { anna, bert, id, hers, his }
}

const texts = (room: Room) => room.getSnapshot().messages.map(({ text }) => text)
const last = (room: Room) => room.getSnapshot().messages.at(-1)

describe('an open room', () => {
  it('quotes, names and counts what is so now', async () => {
    const { bert, id, hers, his } = await pair()
    const { id: asked } = await his.send({ text: 'a question' })
    const { id: other } = await his.send({ text: 'another' })
    await expect.poll(() => texts(hers), SOON).toEqual(['a question', 'another'])
    await hers.send({ text: 'an answer', replyTo: asked })
    await hers.send({ text: 'another answer', replyTo: other })
    await expect.poll(() => texts(his).length, SOON).toBe(4)
    await his.markRead()
    await expect.poll(() => last(hers), SOON).toMatchObject({ status: 'read', readStatuses: [{ id: bert.id }] })

    // By another device of his, without the SDK.
    const { api } = bert.chat
    await api.delete(`/chatrooms/${id}/messages/${asked}/`)
    await api.patch(`/chatrooms/${id}/messages/${other}/`, { text: 'another, edited' })
    await api.patch('/profile/', { firstName: 'Bertram' })
    for (const room of [hers, his]) {
      await expect
        .poll(() => room.getSnapshot().messages.map((each) => [each.sender.fullName, each.replyPreview]), SOON)
        .toMatchObject([
          ['Bertram', null],
          ['Bertram', null],
          [expect.any(String), { text: null, deleted: true, senderName: 'Bertram' }],
          [expect.any(String), { text: 'another, edited', senderName: 'Bertram' }],
        ])
    }
    // Who has left reads nothing.
    await api.post(`/chatrooms/${id}/leave_room/`)
    await expect.poll(() => last(hers), SOON).toMatchObject({ status: 'sent', readStatuses: [] })
    await api.patch('/profile/', { firstName: 'Robert' })
    await expect.poll(() => hers.getSnapshot().messages[0]?.sender.fullName, SOON).toBe('Robert')
  })

  it('is called, and silent, as another device of the same person has set it', async () => {
    const { anna, id, hers } = await pair()
    anna.chat.roomList.open()
    await expect.poll(() => anna.chat.roomList.getSnapshot().rooms.length, SOON).toBe(1)
    await anna.chat.api.patch(`/chatrooms/${id}/me/`, { nickname: 'Ours', notify: 'nothing' })
    await expect
      .poll(() => hers.getSnapshot().room, SOON)
      .toMatchObject({ chatName: 'Ours', nickname: 'Ours', muted: true, notify: 'nothing' })
  })

  it('shows a message at once, then sent, delivered and read', async () => {
    const { anna, hers, his } = await pair()
    const statuses: (string | undefined)[] = []
    hers.subscribe(({ messages }) => {
      const status = messages.at(-1)?.status
      if (status !== statuses.at(-1)) statuses.push(status)
    })
    const sending = hers.send({ text: '  hello ' })
    expect(last(hers)).toMatchObject({ id: null, mine: true, status: 'sending', sender: { id: anna.id } })
    const { key } = last(hers) ?? {}
    const { id } = await sending
    await expect.poll(() => last(his), SOON).toMatchObject({ id, text: 'hello', mine: false })
    await expect.poll(() => last(hers)?.status, SOON).toBe('delivered')
    expect(his.getSnapshot()).toMatchObject({ unread: 1, firstUnread: id })
    await his.markRead()
    expect(his.getSnapshot()).toMatchObject({ unread: 0, firstUnread: null })
    await expect.poll(() => last(hers), SOON).toMatchObject({ id, key, status: 'read' })
    expect(statuses).toEqual(['sending', 'sent', 'delivered', 'read'])
  })

  it('shows who is typing and who is online, edits and deletions', async () => {
    const { bert, hers, his } = await pair()
    his.typing()
    await expect
      .poll(() => hers.getSnapshot().typing, SOON)
      .toEqual([{ id: bert.id, username: bert.username, fullName: bert.username }])
    his.stopTyping()
    await expect.poll(() => hers.getSnapshot().typing, SOON).toEqual([])
    await expect.poll(() => hers.getSnapshot().online, SOON).toContain(bert.id)

    const { id } = await hers.send({ text: 'one' })
    await hers.edit(id, 'two')
    await expect.poll(() => last(his), SOON).toMatchObject({ text: 'two', deleted: false })
    await hers.delete(id)
    await expect.poll(() => last(his), SOON).toMatchObject({ text: null, deleted: true })
  })

  it('loads what is older, jumps into the past and comes back, with nothing missing and nothing twice', async () => {
    const { anna, id, hers } = await pair()
    const ids: number[] = []
    for (let line = 1; line <= 30; line++) ids.push((await hers.send({ text: `line ${line}` })).id)

    const again = client({ getToken: () => tokenOf(anna.chat) })
    const room = await again.room(id).open({ limit: 5 })
    expect(room.getSnapshot().messages.map((message) => message.id)).toEqual(ids.slice(25))
    expect(await room.loadOlder()).toBe(true)
    expect(room.getSnapshot().messages.map((message) => message.id)).toEqual(ids.slice(20))

    await jumpTo(room, ids[1] as number)
    expect(room.getSnapshot()).toMatchObject({ hasOlder: false, hasNewer: true })
    expect(room.getSnapshot().messages.map((message) => message.id)).toContain(ids[1])
    // While the window is in the past, what is new is not shown below a gap.
    const { id: newest } = await hers.send({ text: 'line 31' })
    while (await loadNewer(room));
    await expect.poll(() => room.getSnapshot().messages.map((message) => message.id), SOON).toEqual([...ids, newest])
    await jumpTo(room, ids[0] as number)
    await jumpToLatest(room)
    expect(last(room)?.id).toBe(newest)
  })

  it('refuses what the room refuses: the message stays, with its reason, until it is given up', async () => {
    const { hers } = await pair()
    const error = await hers.send({ text: 'an answer', replyTo: 999_999 }).catch((thrown: ChatError) => thrown)
    expect(error).toMatchObject({ name: 'ChatError', code: 'invalid', retryable: false })
    const failed = last(hers)
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'invalid' }, text: 'an answer' })
    await hers.send({ text: 'after it' })
    expect(hers.getSnapshot().messages.filter(({ status }) => status === 'failed')).toHaveLength(1)
    hers.discard(failed?.key ?? '')
    expect(texts(hers)).toEqual(['after it'])
  })

  it('is forgotten when it is closed and the application has let go of it, and is the same while it has not', async () => {
    v8.setFlagsFromString('--expose-gc')
    const collect = vm.runInNewContext('gc') as () => void
    const { anna, hers } = await pair()
    expect(anna.chat.room(hers.id)).toBe(hers)
    const { id } = await roomsOf(anna.chat).create({ roomName: 'Passing' })
    let room: Room | undefined = await anna.chat.room(id).open()
    const forgotten = new WeakRef(room)
    collect()
    expect(anna.chat.room(id)).toBe(forgotten.deref())
    room.close()
    room = undefined
    // Not the room itself, which a failed assertion would keep.
    const isForgotten = () => {
      collect()
      return forgotten.deref() === undefined
    }
    await expect.poll(isForgotten, SOON).toBe(true)
    await anna.chat.room(id).open()
  })

  it('ends when I am removed, and when there is no such room', async () => {
    const { bert, hers, his, anna } = await pair()
    await managementOf(anna.chat, hers.id).removeMember(bert.id)
    await expect.poll(() => his.getSnapshot().connection, SOON).toMatchObject({ status: 'closed', reason: 'removed' })
    const nowhere = await anna.chat
      .room(1)
      .open()
      .catch((thrown: ChatError) => thrown)
    expect(nowhere).toMatchObject({ code: 'not_found', status: 404 })
    expect(anna.chat.room(1).getSnapshot().error).toMatchObject({ code: 'not_found' })
  })
})

describe('while the server is away', () => {
  it('keeps order, misses nothing, doubles nothing, and says what it is doing', async () => {
    const { anna, hers, his } = await pair()
    const heard: (string | null)[] = []
    his.on('message.new', ({ message }) => heard.push(message.text))
    const states: ConnectionState[] = []
    anna.chat.on('connection.changed', ({ state }) => states.push(state))
    await hers.send({ text: 'before' })
    await expect.poll(() => heard, SOON).toEqual(['before'])

    await server.kill()
    const away = ['one', 'two', 'three'].map((text) => hers.send({ text }))
    expect(
      hers
        .getSnapshot()
        .messages.map(({ status }) => status)
        .slice(1),
    ).toEqual(['sending', 'sending', 'sending'])
    await expect.poll(() => hers.connection.status, SOON).toBe('reconnecting')
    await server.restart()
    await Promise.all(away)
    await expect.poll(() => heard, SOON).toEqual(['before', 'one', 'two', 'three'])
    await expect.poll(() => texts(hers), SOON).toEqual(['before', 'one', 'two', 'three'])
    expect(texts(his)).toEqual(['before', 'one', 'two', 'three'])
    const lost = states.find(({ status }) => status === 'reconnecting')
    expect(lost).toMatchObject({ retryInMs: expect.any(Number) })
    // Messages go by REST before each socket is back, by its own back-off.
    await expect.poll(() => states.at(-1), SOON).toEqual({ status: 'online' })
  })

  it('sends after a reload what was left unsent before it, once', async () => {
    const browser = storage()
    const anna = await somebody('anna', { storage: browser })
    const bert = await somebody('bert')
    const { id } = await roomsOf(anna.chat).create({ roomName: 'The Group', participantIds: [bert.id] })
    const his = await bert.chat.room(id).open()
    await server.kill()
    void anna.chat.room(id).send({ text: 'written in a tunnel' })
    void anna.chat.room(id).send({ text: 'and another' })
    // The tab is closed: nothing of it runs any more, its storage stays.
    anna.chat.close()
    anna.chat.room(id).dispose()
    await server.restart()

    const reloaded = client({ storage: browser })
    expect(reloaded.auth.user?.id).toBe(anna.id)
    await expect.poll(() => texts(his), SOON).toEqual(['written in a tunnel', 'and another'])
    await reloaded.room(id).open()
    expect(texts(reloaded.room(id))).toEqual(['written in a tunnel', 'and another'])
    expect(client({ storage: browser }).room(id).getSnapshot().messages).toEqual([])
  })
})

describe('C1', () => {
  it('finds nothing that the SDK shows otherwise than REST says', async () => {
    const { cases } = await agreement(
      server.url,
      { createChat, accountsOf, roomsOf, notificationsOf },
      { ...c1.short, seed: 1 },
    )
    expect(cases).toEqual([])
  })
})

describe('the lists', () => {
  it('show rooms and notifications as they come, and each is read everywhere', async () => {
    const [anna, bert] = [await somebody('anna'), await somebody('bert')]
    // Bert has not opened it: of a room that he had just closed, the last word might count as shown.
    const { id } = await roomsOf(anna.chat).create({ roomName: 'Bridge', participantIds: [bert.id] })
    const hers = anna.chat.room(id)
    await hers.open()
    const { roomList } = bert.chat
    const notifications = notificationsOf(bert.chat)
    roomList.subscribe(() => undefined)
    notifications.subscribe(() => undefined)
    await hers.send({ text: 'hello' })
    const shown = () =>
      roomList.getSnapshot().rooms.map((room) => [room.id, room.unreadCount, room.lastMessage?.preview])
    await expect.poll(shown, SOON).toEqual([[id, 1, 'hello']])
    expect(roomList.getSnapshot().unreadTotal).toBe(1)
    await expect
      .poll(() => notifications.getSnapshot().notifications[0], SOON)
      .toMatchObject({ notificationType: 'new_message', roomId: id, isRead: false })

    await bert.chat.room(id).open()
    await bert.chat.room(id).markRead()
    await expect.poll(shown, SOON).toEqual([[id, 0, 'hello']])
    await expect.poll(() => notifications.getSnapshot().notifications[0]?.isRead, SOON).toBe(true)

    const added: number[] = []
    bert.chat.on('room.added', ({ room }) => added.push(room.id))
    const { id: other } = await roomsOf(anna.chat).direct(bert.id)
    await expect.poll(() => added, SOON).toContain(other)
    await expect.poll(() => roomList.getSnapshot().rooms.map((room) => room.id), SOON).toContain(other)
  })

  it('load what is further down', async () => {
    const { chat } = await somebody('collector')
    const made: number[] = []
    for (let count = 0; count < 38; count++) made.push((await roomsOf(chat).create({ roomName: `Room ${count}` })).id)
    chat.roomList.open()
    await expect.poll(() => chat.roomList.getSnapshot().connection.status, SOON).toBe('online')
    // What is new since the last visit comes ahead of the list, so only a second visit begins with one page.
    const again = client({ getToken: () => tokenOf(chat) })
    again.roomList.open()
    await expect.poll(() => again.roomList.getSnapshot().rooms.length, SOON).toBe(35)
    expect(await again.roomList.loadOlder()).toBe(false)
    const shown = (of: Chat) =>
      of.roomList
        .getSnapshot()
        .rooms.map(({ id }) => id)
        .toSorted()
    expect(shown(again)).toEqual(made.toSorted())
  })

  it('have nothing far down that has gone, or is called otherwise, since the connection was lost', async () => {
    const [lister, other] = await Promise.all([somebody('lister'), somebody('other')])
    const made: number[] = []
    for (let count = 0; count < 40; count++) {
      const { id } = await roomsOf(other.chat).create({ roomName: `Room ${count}`, participantIds: [lister.id] })
      made.push(id)
    }
    const names = () => lister.chat.roomList.getSnapshot().rooms.map(({ chatName }) => chatName)
    lister.chat.roomList.open()
    await expect.poll(() => names().length, SOON).toBe(35)
    expect(await lister.chat.roomList.loadOlder()).toBe(false)
    expect(names()).toHaveLength(40)
    lister.chat.roomList.close()
    // The two oldest: far below the first page.
    await lister.chat.api.post(`/chatrooms/${made[0]}/leave_room/`)
    await lister.chat.api.patch(`/chatrooms/${made[1]}/me/`, { nickname: 'Mine' })
    lister.chat.roomList.open()
    await expect.poll(() => names().slice(-2), SOON).toEqual(['Room 2', 'Mine'])
    expect(names()).toHaveLength(39)
  })
})

describe('attachments', () => {
  it('are uploaded, then sent; who may see the message may see them', async () => {
    const { hers, his } = await pair()
    const image = new File([PNG], 'dot.png', { type: 'image/png' })
    const sending = hers.send({ text: 'look', image })
    expect(last(hers)).toMatchObject({ status: 'sending', fileName: 'dot.png', upload: { file: image } })
    await sending
    await expect.poll(() => last(his), SOON).toMatchObject({ text: 'look', imageWidth: 1, imageHeight: 1 })
    expect((await fetch(last(his)?.image ?? '')).headers.get('content-type')).toBe('image/png')
    expect(last(hers)).toMatchObject({ status: expect.stringMatching(/sent|delivered/), upload: null })

    await hers.send({ file: new File(['1,2'], 'table.csv', { type: 'text/csv' }) })
    await expect.poll(() => last(his), SOON).toMatchObject({ text: null, fileName: 'table.csv', fileSize: 3 })
  })

  it('that are refused fail with the message, and do not hold up the next', async () => {
    const { hers, his } = await pair()
    const lie = new File(['not an image'], 'lie.png', { type: 'image/png' })
    const refused = hers.send({ text: 'look', image: lie }).catch((thrown: ChatError) => thrown)
    await hers.send({ text: 'after it' })
    expect(await refused).toMatchObject({ code: 'unsupported_type', retryable: false })
    await expect.poll(() => texts(his), SOON).toEqual(['after it'])
    expect(last(hers)).toMatchObject({ status: 'failed', error: { code: 'unsupported_type' } })
  })
})

describe('two tabs of one browser', () => {
  it('spend a refresh token once between them', async () => {
    const browser = storage()
    let refreshes = 0
    const counting = {
      storage: browser,
      fetch: (url: string, init: RequestInit) => {
        if (url.includes('/token/refresh/')) refreshes++
        return fetch(url, init)
      },
    }
    const { chat: one, username } = await somebody('anna', counting)
    const other = client(counting)
    for (let round = 1; round <= 3; round++) {
      const key = `parlour:${server.url}:session`
      browser.setItem(key, JSON.stringify({ ...JSON.parse(browser.getItem(key) ?? ''), access: 'refused' }))
      const profiles = await Promise.all([one, other, one, other].map((tab) => accountsOf(tab).profile()))
      expect(new Set(profiles.map((profile) => profile.username))).toEqual(new Set([username]))
      expect(refreshes).toBe(round)
    }
  })
})

describe('signing out', () => {
  it('closes everything here and leaves nothing to see for whoever comes next', async () => {
    const browser = storage()
    const anna = await somebody('anna', { storage: browser })
    const { id } = await roomsOf(anna.chat).create({ roomName: 'Mine' })
    const room = await anna.chat.room(id).open()
    await room.send({ text: 'secret' })
    anna.chat.roomList.subscribe(() => undefined)
    await expect.poll(() => anna.chat.roomList.getSnapshot().rooms.length, SOON).toBe(1)
    const otherTab = client({ storage: browser })
    const inOtherTab = await otherTab.room(id).open()

    await anna.chat.auth.logout()
    expect(anna.chat.auth.user).toBeNull()
    expect(room.getSnapshot().messages).toEqual([])
    expect(anna.chat.roomList.getSnapshot()).toMatchObject({ rooms: [], unreadTotal: 0 })
    expect(anna.chat.connection.getSnapshot()).toMatchObject({ status: 'closed', reason: 'signed-out' })
    await expect.poll(() => inOtherTab.connection, SOON).toMatchObject({ status: 'closed', reason: 'signed-out' })

    const bert = await somebody('bert')
    await accountsOf(anna.chat).login({ identifier: bert.username, password: PASSWORD })
    await expect
      .poll(() => anna.chat.roomList.getSnapshot(), SOON)
      .toMatchObject({ rooms: [], connection: { status: 'online' } })
  })
})

/** An access token, as a developer's own server would hand it out. */
async function tokenOf(chat: Chat): Promise<string> {
  const body = { identifier: chat.auth.user?.username, password: PASSWORD }
  const { access } = await chat.api.ask<{ access: string }>('POST', '/login/', { body, anonymous: true })
  return access
}
