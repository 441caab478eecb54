/** Whom the demo accounts are and what they have said to each other so far. */
import { greenhouse, hills, type Painting, portrait } from './painting.ts'

export interface Character {
  name: string
  bio: string
  face: Painting
}

export type Who = keyof typeof CHARACTERS

export const CHARACTERS = {
  ana: {
    name: 'Ana Lindqvist',
    bio: 'Tomatoes, mostly.',
    face: portrait([214, 168, 138], [241, 205, 178], [120, 62, 32], [156, 68, 32], true),
  },
  ben: {
    name: 'Ben Okafor',
    bio: 'Carpenter. Ask me about joints.',
    face: portrait([140, 178, 170], [124, 78, 52], [38, 28, 26], [47, 111, 79], false),
  },
  chloe: {
    name: 'Chloé Martin',
    bio: 'Baker, early riser, slow reader.',
    face: portrait([206, 180, 208], [247, 219, 198], [226, 178, 92], [98, 74, 138], true),
  },
  dilip: {
    name: 'Dilip Chandra',
    bio: 'On a bicycle, somewhere.',
    face: portrait([226, 196, 120], [176, 120, 82], [30, 26, 30], [54, 84, 148], false),
  },
  elif: {
    name: 'Elif Kaya',
    bio: 'I look after this server.',
    face: portrait([150, 176, 214], [228, 184, 150], [52, 34, 30], [38, 44, 58], true),
  },
  farid: {
    name: 'Farid Haddad',
    bio: 'New in town.',
    face: portrait([186, 200, 150], [206, 156, 116], [70, 64, 62], [140, 48, 58], false),
  },
} as const satisfies Record<string, Character>

/** Who is made staff: `/admin/` opens for them. */
export const STAFF: Who = 'elif'

export interface Line {
  who: Who
  text: string
  /** How many lines before this one the answered one stands. */
  answers?: number
  picture?: { painting: Painting; shows: string }
  /** What it was before it was edited. */
  before?: string
  liked?: Partial<Record<Who, string>>
}

export interface Talk {
  /** The first one makes the room. Two without a group have a direct conversation. */
  people: readonly [Who, ...Who[]]
  group?: { name: string; about: string; picture: Painting }
  lines: readonly Line[]
  /** How many of the last lines each has not read; others have read all. */
  unread?: Partial<Record<Who, number>>
  mutedBy?: readonly Who[]
  pinnedBy?: readonly Who[]
}

export const TALKS: readonly Talk[] = [
  {
    people: ['dilip', 'ana', 'ben', 'chloe', 'elif'],
    group: {
      name: 'Sunday rides',
      about: 'Where to, and who brings the pump.',
      picture: hills([92, 134, 190], [250, 214, 160], [58, 96, 76]),
    },
    mutedBy: ['ana', 'chloe'],
    unread: { ana: 2, chloe: 4, elif: 4 },
    lines: [
      {
        who: 'dilip',
        text: 'Route for Sunday: along the canal, over the ridge, back by the lake. **62 km**, mostly flat.',
      },
      { who: 'ben', text: '"Mostly" did a lot of work last time.' },
      { who: 'dilip', text: 'There is one hill. It is a small hill.', answers: 1, liked: { ben: '😂', elif: '😂' } },
      { who: 'elif', text: 'Start at 9?' },
      { who: 'dilip', text: '8:30, before it gets hot', before: '8, before it gets hot' },
      {
        who: 'dilip',
        text: 'The ridge last evening, as an argument.',
        picture: {
          painting: hills([70, 84, 140], [244, 160, 110], [42, 58, 62]),
          shows: 'Hills one behind the other under a low sun',
        },
        liked: { ana: '😍', ben: '👍' },
      },
      { who: 'ben', text: 'Fine. I am in. I will bring the pump.' },
    ],
  },
  {
    people: ['ana', 'ben', 'chloe', 'elif'],
    group: { name: 'Allotment 12', about: 'Plans, plants and who has the key.', picture: greenhouse },
    pinnedBy: ['ana', 'ben'],
    unread: { ben: 3, chloe: 1 },
    lines: [
      { who: 'ana', text: 'Good morning! The tomatoes survived the storm.' },
      { who: 'chloe', text: 'All of them? I was sure the greenhouse was gone.' },
      {
        who: 'ana',
        text: 'One pane broke. **Everything else stands.**',
        answers: 1,
        picture: { painting: greenhouse, shows: 'The greenhouse from outside; one pane is broken' },
        liked: { chloe: '🎉', elif: '🎉', ben: '🙏' },
      },
      { who: 'ben', text: 'I can bring glass on Saturday. What size?' },
      { who: 'ana', text: 'Around 40 × 60 cm. Measure twice:\n\n- the frame\n- the old pane', answers: 1 },
      { who: 'elif', text: 'The key is under the blue pot again. The *other* blue pot.' },
      { who: 'chloe', text: 'And coffee. Somebody bring coffee.' },
      { who: 'ben', text: 'Coffee and glass. In separate bags.', liked: { ana: '👍', chloe: '❤️' } },
      { who: 'elif', text: 'Compost comes on Friday, two cubic metres. Who has a second wheelbarrow?' },
      { who: 'ana', text: 'Chloé has one!', answers: 1 },
      { who: 'chloe', text: 'I have one with a flat tyre. So: half of one.' },
    ],
  },
  {
    people: ['ana', 'chloe'],
    lines: [
      { who: 'chloe', text: 'Are you taking the early train tomorrow?' },
      { who: 'ana', text: 'The 7:12, unless I oversleep' },
      { who: 'chloe', text: 'I will save you the window seat and a roll with too much butter.' },
      { who: 'ana', text: 'There is no such thing as too much butter.', answers: 1, liked: { chloe: '❤️' } },
    ],
  },
  {
    people: ['ana', 'dilip'],
    unread: { ana: 1 },
    lines: [
      { who: 'ana', text: 'You left a glove at ours. Left hand, bicycle, smells of oil.' },
      { who: 'dilip', text: 'I have been looking for that since March!' },
      { who: 'dilip', text: 'Can I pick it up tonight?' },
    ],
  },
  {
    people: ['ben', 'elif'],
    lines: [
      { who: 'elif', text: 'How long does oak need to dry before I can oil it?' },
      { who: 'ben', text: 'A year for every inch. Or buy it dry and oil it on Sunday.' },
      { who: 'elif', text: 'I choose Sunday.', answers: 1 },
    ],
  },
  {
    people: ['chloe', 'elif'],
    unread: { chloe: 1 },
    lines: [
      { who: 'chloe', text: 'The tablet in the bakery asks for a code. Which one?' },
      { who: 'elif', text: 'The one in your mail. Six digits, good for ten minutes.' },
      { who: 'chloe', text: 'Found it under forty-one newsletters. Thank you!', liked: { elif: '❤️' } },
      { who: 'elif', text: 'Leave me one of the poppy seed rolls and we are even.' },
    ],
  },
  {
    people: ['elif', 'chloe', 'farid'],
    group: {
      name: 'Neighbours',
      about: 'For everybody in the street.',
      picture: hills([120, 160, 170], [240, 226, 190], [120, 78, 60]),
    },
    unread: { chloe: 1 },
    lines: [
      { who: 'elif', text: 'Welcome, Farid! He has moved into number 9.' },
      { who: 'farid', text: 'Hello everyone. Which bakery should I believe in?' },
      { who: 'chloe', text: 'Mine. I open at six.', answers: 1, liked: { farid: '👍', elif: '😂' } },
      { who: 'farid', text: 'See you at six, then.' },
    ],
  },
  {
    // The newest: at the top of both lists, and what a first visitor goes on with.
    people: ['ben', 'ana'],
    unread: { ana: 2 },
    lines: [
      { who: 'ana', text: 'Did the glass people say anything about Saturday?' },
      { who: 'ben', text: 'They open at ten. I will be there at nine, being myself.', liked: { ana: '😂' } },
      { who: 'ana', text: 'Tell me if you need a second pair of hands' },
      { who: 'ben', text: 'Always.', answers: 1 },
      { who: 'ben', text: 'Are you there now?' },
    ],
  },
]

export const FRIENDS: readonly (readonly [Who, Who])[] = [
  ['ana', 'ben'],
  ['ana', 'chloe'],
  ['ana', 'dilip'],
  ['ben', 'elif'],
  ['chloe', 'elif'],
]

/** Asked and not answered yet. */
export const ASKING: readonly (readonly [Who, Who])[] = [
  ['farid', 'ana'],
  ['elif', 'ana'],
]
