/**
 * `npm run demo`: the first act of a play, spoken in a chat room.
 *
 * On a server of its own with an empty store, each character registers, joins one room and speaks their lines in order
 * over a socket. A listener in the audience loses the connection half-way, misses a tenth of the act and comes back with
 * `?after=`. What the listener received is printed and compared with the book. Only the public API is used.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { difference, type Speech, speechesOf } from './play.ts'
import { Seat } from './seat.ts'
import { startServer } from './server.ts'
import { bold, dim, say, script, step } from './steps.mjs'
import { stopOnSignals } from './tether.mjs'

const AUDIENCE = 'Audience'

interface Person {
  name: string
  username: string
  id: number
  access: string
}

/** Performs the act and answers what the audience received, with the lines between which it was away. */
async function perform(url: string, speeches: Speech[]) {
  const names = [...new Set(speeches.map(({ speaker }) => speaker)), AUDIENCE]
  const people = await step(`Registering ${names.length} people`, () =>
    Promise.all(names.map((name) => register(url, name))),
  )
  const [owner, ...others] = people as [Person, ...Person[]]
  const room = await step('Opening a room', () =>
    post<{ id: number }>(`${url}/api/chatrooms/`, owner.access, {
      room_name: 'The Importance of Being Earnest',
      participant_ids: others.map(({ id }) => id),
    }),
  )
  const seats = new Map(people.map(({ name, access }) => [name, new Seat(socketUrl(url, room.id, access))]))
  await step('Everybody takes a seat', () => Promise.all([...seats.values()].map((seat) => seat.sit())))
  const audience = seats.get(AUDIENCE) as Seat

  const cutAt = Math.floor(speeches.length / 2)
  const backAt = cutAt + Math.ceil(speeches.length / 10)
  let heardBeforeCut = 0
  await step('Performing the act', async () => {
    let back: Promise<void> | undefined
    let last = 0
    for (const [line, { speaker, text }] of speeches.entries()) {
      if (line === cutAt) {
        audience.cut()
        heardBeforeCut = audience.messages.length
      }
      // Not awaited: the play goes on while the audience catches up.
      if (line === backAt) back = audience.sit()
      last = await (seats.get(speaker) as Seat).say(text, `line-${line + 1}`)
    }
    await back
    await Promise.all([...seats.values()].map((seat) => seat.hasHeard(last)))
  })
  for (const seat of seats.values()) seat.cut()

  const nameOf = new Map(people.map(({ username, name }) => [username, name]))
  const transcripts = [...seats.values()].map(({ messages }) =>
    messages.map(
      ({ sender, content }): Speech => ({ speaker: nameOf.get(sender.username) ?? '', text: content ?? '' }),
    ),
  )
  return { transcripts, heard: transcripts.at(-1) ?? [], heardBeforeCut, missed: backAt - heardBeforeCut }
}

async function register(url: string, name: string): Promise<Person> {
  const username = name.toLowerCase().replaceAll(' ', '_')
  const { user, access } = await post<{ user: { id: number }; access: string }>(`${url}/api/register/`, undefined, {
    username,
    email: `${username}@example.com`,
    password: randomBytes(12).toString('base64url'),
  })
  return { name, username, id: user.id, access }
}

async function post<T>(url: string, access: string | undefined, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(access ? { authorization: `Bearer ${access}` } : {}) }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${text}`)
  return JSON.parse(text) as T
}

const socketUrl = (url: string, room: number, access: string) =>
  `${url.replace('http', 'ws')}/ws/chat/${room}/?token=${encodeURIComponent(access)}`

function print(transcript: Speech[], heardBeforeCut: number): void {
  const width = Math.max(...transcript.map(({ speaker }) => speaker.length))
  for (const [line, { speaker, text }] of transcript.entries()) {
    if (line === heardBeforeCut) say(dim('      ――― connection lost here, resumed with ?after= ―――'))
    say(`${dim(String(line + 1).padStart(4))}  ${bold(speaker.padEnd(width))}  ${text}`)
  }
}

stopOnSignals()
await script(async () => {
  const source = speechesOf(fs.readFileSync(new URL('data/earnest-act-1.txt', import.meta.url), 'utf8'))
  say()
  say(bold('The Importance of Being Earnest, first act, spoken in a chat room'))
  // Nobody speaks 300 lines in a few seconds, so the limits that keep floods out are off.
  const server = await step('Starting a server with an empty store', () =>
    startServer({ vars: { RATE_LIMITS: 'off' } }),
  )
  try {
    const { transcripts, heard, heardBeforeCut, missed } = await perform(server.url, source)
    say()
    print(heard, heardBeforeCut)
    say()
    say(
      `${heard.length} lines received by a listener who was cut off after line ${heardBeforeCut}, missed ${missed}, and resumed.`,
    )
    const wrong = transcripts.map((transcript) => difference(source, transcript)).find(Boolean)
    say(wrong ?? bold('The transcript equals the source, line for line, and so does that of every speaker.'))
    return wrong ? 1 : 0
  } finally {
    await server.stop()
  }
})
