/** Where a room is begun, which day stands at its top, and what a text names. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RoomInList, User } from '../../src/client'
import { mentionsIn, namedIn, namesIn } from '../../src/markdown'
import { caseless } from '../../src/protocol/fold'
import { triggerAt } from '../../src/web/room/composer/suggestion-trigger'
import { EMOJI } from '../../src/web/room/emoji/data'
import { findEmoji } from '../../src/web/room/emoji/find'
import { personFinder } from '../../src/web/room/mentions/find-people'
import { RoomNames } from '../../src/web/room/mentions/find-rooms'
import { isEmojiOnly } from '../../src/web/room/messages/emoji-only'
import { floatingDay } from '../../src/web/room/scrolling/floating-day'
import { messageToLoad } from '../../src/web/room/scrolling/scroll-memory'
import { findMatches } from '../../src/web/rooms/switcher-matches'

describe('a room', () => {
  const page = {
    unread: 90,
    hasOlder: true,
    read: 12,
    messages: [{ id: 60 }, { id: 61 }],
    connection: { status: 'online' },
  }

  it('is begun where somebody has read to, if that is further back than what was loaded', () => {
    expect(messageToLoad(page, undefined)).toBe(12)
    expect(messageToLoad({ ...page, read: 0 }, undefined)).toBe(0)
    expect(messageToLoad({ ...page, read: 60 }, undefined)).toBeNull()
    expect(messageToLoad({ ...page, hasOlder: false }, undefined)).toBeNull()
  })

  it('is not begun anywhere before the server has said how far somebody has read', () => {
    expect(messageToLoad({ ...page, read: 0, connection: { status: 'reconnecting' } }, undefined)).toBeNull()
  })

  it('is begun where it was left when there is nothing new', () => {
    expect(messageToLoad({ ...page, unread: 0 }, { id: 30 })).toBe(30)
    expect(messageToLoad({ ...page, unread: 0 }, { id: 60 })).toBeNull()
    expect(messageToLoad(page, { id: 30 })).toBe(12)
  })
})

describe('the day at the top', () => {
  /** A day, two messages, another day, two messages: each row 40 pixels high. */
  const rows = ['start', 'day', 'message', 'message', 'day', 'message', 'message'].map((kind, at) => ({
    kind,
    key: `${kind} ${at}`,
    time: `${at}`,
  }))
  const at = (scrollOffset: number) => {
    const findItemIndex = (offset: number) => Math.min(rows.length - 1, Math.max(0, Math.floor(offset / 40)))
    return floatingDay({ scrollOffset, findItemIndex, getItemOffset: (row: number) => row * 40 }, rows)
  }

  it('is none while it stands in its own place', () => {
    expect(at(0)).toBeNull()
    expect(at(48)).toBeNull()
  })

  it('is that of what is in sight, from where it would leave until the next one takes its place', () => {
    expect(at(49)).toEqual({ key: 'day 1', time: '1', pushed: 0 })
    expect(at(136)).toEqual({ key: 'day 1', time: '1', pushed: 0 })
    expect(at(150)).toEqual({ key: 'day 1', time: '1', pushed: -14 })
    expect(at(169)).toEqual({ key: 'day 4', time: '4', pushed: 0 })
  })
})

describe('a conversation that is looked for', () => {
  const room = (id: number, chatName: string, more: Partial<RoomInList> = {}) =>
    ({ id, chatName, nickname: null, isGroup: true, partnerId: null, ...more }) as RoomInList
  const person = (id: number, fullName: string, username: string) => ({ id, fullName, username }) as User
  const rooms = [
    room(1, 'Plans for Annecy'),
    room(2, 'Hannover'),
    room(3, 'Ann Lee', { isGroup: false, partnerId: 30 }),
    room(4, 'Boat', { nickname: 'The annex' }),
    room(5, 'Old name: Anna', { nickname: 'Garden' }),
    room(6, 'Choir'),
    room(7, 'Sam', { isGroup: false, partnerId: 70 }),
  ]
  const people = [
    person(30, 'Ann Lee', 'lee'),
    person(40, 'Joanna', 'jo'),
    person(50, 'Cy', 'annihilator'),
    person(70, 'Sam', 'annsam'),
  ]
  const found = [room(6, 'Choir'), room(8, 'Further down')]
  const said = (typed: string, membersOf = new Map()) =>
    findMatches(typed, { rooms, found, people, membersOf }).map(({ name, why }) => [name, why])

  it('stands below what begins with the words, and people before groups; and says why it is there', () => {
    const members = new Map([[6, [person(50, 'Cy', 'annihilator'), person(51, 'Bo', 'bo')]]])
    expect(said('ANN', members)).toEqual([
      ['Ann Lee', null],
      ['Sam', { kind: 'called', name: '@annsam' }],
      ['Cy', { kind: 'called', name: '@annihilator' }],
      ['Plans for Annecy', null],
      ['The annex', null],
      ['Garden', { kind: 'called', name: 'Old name: Anna' }],
      ['Joanna', { kind: 'called', name: '@jo' }],
      ['Hannover', null],
      ['Choir', { kind: 'with', names: ['Cy'] }],
      ['Further down', { kind: 'unknown' }],
    ])
  })

  it('is any of the list, in its order, before something is typed', () => {
    expect(said(' ').map(([name]) => name)).toEqual([
      'Plans for Annecy',
      'Hannover',
      'Ann Lee',
      'The annex',
      'Garden',
      'Choir',
      'Sam',
    ])
  })
})

describe('a word at the caret', () => {
  it('names a person, a room or an emoji by its sign', () => {
    expect(triggerAt('hello @an', 9)).toEqual({ kind: 'person', start: 6, typed: 'an' })
    expect(triggerAt('#boat', 5)).toEqual({ kind: 'room', start: 0, typed: 'boat' })
    expect(triggerAt('yes :thumbs_u and more', 13)).toEqual({ kind: 'emoji', start: 4, typed: 'thumbs_u' })
  })

  it('names somebody in any script and form, behind a bracket, a quotation mark or a mark of emphasis', () => {
    for (const [text, start, typed] of [
      ['@कि', 0, 'कि'],
      ['hi @Zoe\u0308', 3, 'Zoe\u0308'],
      ['(@an', 1, 'an'],
      ['"@an', 1, 'an'],
      ['„@', 1, ''],
      ['«@an', 1, 'an'],
      ['「@田', 1, '田'],
      ['_@an', 1, 'an'],
      ['**@an', 2, 'an'],
      ['你好@田', 2, '田'],
      ['＠an', 0, 'an'],
      ['@علی\u200cر', 0, 'علی\u200cر'],
    ] as const) {
      expect(triggerAt(text, text.length), text).toEqual({ kind: 'person', start, typed })
    }
    expect(triggerAt('(#te', 4)).toEqual({ kind: 'room', start: 1, typed: 'te' })
    expect(triggerAt('“:he', 4)).toEqual({ kind: 'emoji', start: 1, typed: 'he' })
    expect(triggerAt('#दो', 3)).toEqual({ kind: 'room', start: 0, typed: 'दो' })
  })

  it('names nothing within a word, in a smile, in a time, in an address, or once it was dismissed', () => {
    for (const text of ['ana@example', ':D', 'at 12:30', 'https://example', 'c#sharp']) {
      expect(triggerAt(text, text.length), text).toBeNull()
    }
    expect(triggerAt('@an', -1)).toBeNull()
  })
})

describe('a text', () => {
  const rooms = [
    { id: 1, roomName: 'Team', isGroup: true },
    { id: 2, roomName: 'Team Berlin', isGroup: true },
    { id: 3, roomName: 'Ana', isGroup: false },
  ]

  const named = (text: string) => namesIn(text, (all, at) => new RoomNames(rooms).at(all, at))

  it('leads to the rooms that it names, the longest name first, whatever its case', () => {
    expect(named('see #team berlin, not #Team.')).toEqual([rooms[1], rooms[0]])
  })

  it('leads to a room in any form and case of its name', () => {
    const [one, other] = [
      { id: 4, roomName: 'Łódź ﬁve', isGroup: true },
      { id: 5, roomName: 'ΟΔΟΣ', isGroup: true },
    ]
    const found = (text: string) => namesIn(text, (all, at) => new RoomNames([one, other]).at(all, at))
    expect(found(`#${'łódź five'.normalize('NFD')}, #οδος.`)).toEqual([one, other])
    expect(found('#οδοσα #ŁÓDŹ')).toEqual([])
  })

  it('leads nowhere for other words, parts of words and conversations of two', () => {
    for (const text of ['#Teamwork', 'c#Team', '#Ana', '##Team', '# Team', '#Other']) {
      expect(named(text), text).toEqual([])
    }
  })
})

describe('[R110] mentions', () => {
  const members = new Map(['bob', 'bob.b', '_ann_', 'कि'].map((name, index) => [caseless(name), { id: index, name }]))
  const nobody = () => undefined
  /** As the room finds them, and as the app shows them. */
  const found = (text: string) =>
    mentionsIn(text, (key) => members.get(key), 3).map(({ start, length, named: { id } }) => ({
      id,
      username: '',
      start,
      length,
    }))
  const shown = (text: string, mentions: ReturnType<typeof found>) =>
    namedIn(text, personFinder(text, mentions, nobody))
      .filter(({ start: at, name }) => name.mentioned?.has(at))
      .map(({ start: at, text: written, name: { id } }) => ({ id, username: '', start: at, length: written.length }))

  it('are shown where the room has found them, and nowhere else, in any Markdown', () => {
    const piece = fc.constantFrom(
      ...[
        '@bob',
        '@bob.b',
        '@_ann_',
        '@Bob.',
        '＠कि',
        '@other',
        '@',
        ' ',
        '\n',
        '\n\n',
        '`',
        '```\n',
        '~~~\n',
        '**',
        '_',
      ],
      ...['[', '](', ')', 'https://x.y/', 'a', '\\', '> ', '- ', '1. ', '|', '\n|-|-|\n', '\r\n', '    ', '[x](@bob)'],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('')
        const mentions = found(text)
        expect(shown(text, mentions)).toEqual(mentions)
      }),
      { numRuns: 3_000 },
    )
  })

  it('of a message that is not sent yet are those of the members', () => {
    const text = 'hi @bob.'
    const [person] = namedIn(
      text,
      personFinder(text, null, (key) => members.get(key)?.id),
    )
    expect(person).toMatchObject({ text: '@bob', start: 3, name: { id: 0, mentioned: null } })
  })
})

describe('emoji', () => {
  it.each(['👍', '❤️', '❤', '👩‍🚀', '👨‍👩‍👧‍👦', '👍🏽', '🇩🇪', '🏴󠁧󠁢󠁷󠁬󠁳󠁿', '1️⃣', '#⃣', '🎉🎉🎉', '🎉 🇫🇷\n☺'])(
    '%s stands alone and is shown large',
    (text) => {
      expect(isEmojiOnly(text)).toBe(true)
    },
  )

  it.each(['', ' ', '1', '#', '*', '©', '™', '↔', 'a👍', '👍.', '🎉🎉🎉🎉', '12', '\u200d'])(
    '%j is no such text',
    (text) => {
      expect(isEmojiOnly(text)).toBe(false)
    },
  )

  it('are each one, once, and have a name in both languages', () => {
    expect(EMOJI.length).toBeGreaterThan(300)
    expect(new Set(EMOJI.map(({ emoji }) => emoji)).size).toBe(EMOJI.length)
    for (const { emoji, en, de } of EMOJI) {
      expect(emoji).toMatch(/^\p{RGI_Emoji}$/v)
      expect(en && de, emoji).not.toBe('')
    }
  })

  it('are found by the beginning of any of their words, in either language', () => {
    const found = (word: string) => findEmoji(word).map(({ emoji }) => emoji)
    expect(found('thumbs_up')).toEqual(['👍'])
    expect(found('daumen')).toEqual(expect.arrayContaining(['👍', '👎', '🤞']))
    expect(found('heart')[0]).toBe('❤️')
    expect(found('xyzzy')).toEqual([])
  })
})
