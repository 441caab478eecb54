/** Finding messages: in one room, and in all of one's own. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../ask.ts'
import { as, makeGroup, type Person, say, signUpAll, unique } from '../cast.ts'
import { formWith, pngFile } from '../picture.ts'
import { both, expectShape, id, object, text } from '../shape.ts'
import { message, page } from '../shapes.ts'

const found = both(message, object({ room: id, snippet: text }))

let ada: Person
let bob: Person
let carol: Person
let one: number
let two: number
const rare = unique('quixotic').replace('_', '')
const said: Record<string, { id: number; timestamp: string }> = {}
beforeAll(async () => {
  ;[ada, bob, carol] = await signUpAll('ada', 'bob', 'carol')
  one = await makeGroup(ada, bob)
  two = await makeGroup(ada, bob)
  said.first = await say(ada, one, `the ${rare} first`)
  said.second = await say(bob, two, `the second is ${rare.toUpperCase()}!`)
  said.third = await say(ada, one, `last, ${rare}, and 你好世界 and 100% "quoted"`)
  await say(ada, one, 'nothing of the kind')
})

const search = async (who: Person, query: Record<string, string | number>) => {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) asked.set(name, String(value))
  const { body } = await as(who, 200, 'GET', `/api/search/?${asked}`)
  expectShape(body, page(found))
  return body.results as { id: number; room: number; snippet: string }[]
}
const places = (results: { id: number; room: number }[]) => results.map(({ room, id: place }) => [room, place])

describe('search over all rooms', () => {
  it('is newest first, in any case, with the room and a snippet', async () => {
    const results = await search(bob, { q: rare })
    expect(places(results)).toEqual([
      [one, said.third?.id],
      [two, said.second?.id],
      [one, said.first?.id],
    ])
    for (const { snippet } of results) expect(snippet.toLowerCase()).toContain(rare)
  })

  it('is narrowed by room, sender and time', async () => {
    expect(places(await search(bob, { q: rare, room: two }))).toEqual([[two, said.second?.id]])
    expect(places(await search(bob, { q: rare, from: bob.id }))).toEqual([[two, said.second?.id]])
    const at = said.second?.timestamp ?? ''
    expect(places(await search(bob, { q: rare, before: at }))).toEqual([[one, said.first?.id]])
    expect(places(await search(bob, { q: rare, after: at }))).toEqual([[one, said.third?.id]])
  })

  it('goes on from page to page, and keeps its bounds', async () => {
    const seen: unknown[] = []
    const query = new URLSearchParams({ q: rare, limit: '1', after: said.first?.timestamp ?? '' })
    let next: string | null = `/api/search/?${query}`
    while (next) {
      const { body }: Awaited<ReturnType<typeof as>> = await as(bob, 200, 'GET', next)
      seen.push(...places(body.results))
      next = body.next
    }
    expect(seen).toEqual([
      [one, said.third?.id],
      [two, said.second?.id],
    ])
  })

  it('finds two letters of a script without blanks, and takes signs as they are', async () => {
    expect(places(await search(bob, { q: '世界' }))).toContainEqual([one, said.third?.id])
    expect(places(await search(bob, { q: '100% "quoted"' }))).toContainEqual([one, said.third?.id])
    for (const q of ['"', '*', 'NOT', 'a AND', '%%%', "';--"]) await search(bob, { q })
  })

  it('finds nothing of rooms that are not, or no longer, one’s own', async () => {
    expect(await search(carol, { q: rare })).toEqual([])
    expect(await search(carol, { q: rare, room: one })).toEqual([])
    const room = await makeGroup(ada, carol)
    const word = unique('secret').replace('_', '')
    await say(ada, room, word)
    expect(await search(carol, { q: word })).toHaveLength(1)
    await as(ada, 200, 'POST', `/api/chatrooms/${room}/remove_member/`, { user_id: carol.id })
    expect(await search(carol, { q: word })).toEqual([])
  })

  it('forgets what is edited away or deleted, and finds what came in its place', async () => {
    const room = await makeGroup(ada, bob)
    const [before, after, gone] = ['before', 'after', 'gone'].map((word) => unique(word).replace('_', '')) as [
      string,
      string,
      string,
    ]
    const edited = await say(ada, room, before)
    const deleted = await say(ada, room, gone)
    await as(ada, 200, 'PATCH', `/api/chatrooms/${room}/messages/${edited.id}/`, { content: after })
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${deleted.id}/`)
    expect(await search(bob, { q: before })).toEqual([])
    expect(await search(bob, { q: gone })).toEqual([])
    expect(places(await search(bob, { q: after }))).toEqual([[room, edited.id]])
  })

  it('takes filters with words and without: what is in a message, whose it is, where and when', async () => {
    const room = await makeGroup(ada, bob)
    const word = unique('filtered').replace('_', '')
    const send = async (who: Person, form: FormData) =>
      (await as(who, 201, 'POST', `/api/chatrooms/${room}/messages/`, form)).body
    const picture = await send(ada, formWith('image', pngFile(2, 2), 'dot.png', { content: `${word} in a picture` }))
    const paper = await send(bob, formWith('file', new Blob(['x']), 'paper.txt', { content: 'nothing said' }))
    const link = await say(bob, room, `see HTTPS://example.com/${word}`)
    const plain = await say(ada, room, `${word}, plainly: http:// is no link`)
    const at = (query: Record<string, string | number>) =>
      search(bob, { room, ...query }).then((results) => results.map(({ id: place }) => place))
    expect(await at({ has: 'image' })).toEqual([picture.id])
    expect(await at({ has: 'file' })).toEqual([paper.id])
    expect(await at({ has: 'link' })).toEqual([link.id])
    expect(await at({ q: word })).toEqual([plain.id, link.id, picture.id])
    expect(await at({ q: word, has: 'image' })).toEqual([picture.id])
    expect(await at({ q: word, has: 'link' })).toEqual([link.id])
    expect(await at({ q: word.slice(0, 2), has: 'link' })).toEqual([link.id])
    expect(await at({ q: word, has: 'file' })).toEqual([])
    expect(await at({ from: ada.id })).toEqual([plain.id, picture.id])
    expect(await at({ from: bob.id, after: paper.timestamp })).toEqual([link.id])
    expect(await at({ q: '', before: link.timestamp, after: picture.timestamp })).toEqual([paper.id])
    // What is deleted is in nothing that is found.
    await as(ada, 204, 'DELETE', `/api/chatrooms/${room}/messages/${picture.id}/`)
    expect(await at({ has: 'image' })).toEqual([])
    expect(await at({ from: ada.id })).toEqual([plain.id])
    expect((await ask('GET', '/api/search/?has=nothing', { token: bob.access })).body.has).toEqual([expect.any(String)])
  })

  it('goes on from page to page without words too, and never back', async () => {
    const room = await makeGroup(ada, bob)
    const ids = []
    for (let number = 0; number < 5; number++) ids.unshift((await say(ada, room, `number ${number}`)).id)
    const seen: number[] = []
    let next: string | null = `/api/search/?limit=2&room=${room}`
    while (next) {
      const { body }: Awaited<ReturnType<typeof as>> = await as(bob, 200, 'GET', next)
      expect(body.previous).toBeNull()
      seen.push(...body.results.map((each: { id: number }) => each.id))
      next = body.next
    }
    expect(seen).toEqual(ids)
  })

  it('without a question is 400', async () => {
    await as(bob, 400, 'GET', '/api/search/')
    await as(bob, 400, 'GET', '/api/search/?q=')
    expect((await ask('GET', '/api/search/?q=x&room=abc', { token: bob.access })).status).toBe(400)
  })
})

describe('search in one room', () => {
  it('is a page of its messages', async () => {
    const { body } = await as(bob, 200, 'GET', `/api/chatrooms/${one}/messages/?search=${rare}`)
    expectShape(body, page(message))
    expect(body.results.map((each: { id: number }) => each.id)).toEqual([said.third?.id, said.first?.id])
  })
})
