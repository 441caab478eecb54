/** Cursor pages, read to the end and back. */
import { expect } from 'vitest'
import { asked } from './ask.ts'
import type { Person } from './cast.ts'
import { expectShape, type Shape } from './shape.ts'
import { page } from './shapes.ts'

interface Item {
  id: number
}

/**
 * Reads every page from `path` on by `next`, then back to it by `previous`, and expects both ways to show the same.
 * @returns the items in the order of reading
 */
export async function walk(who: Person, path: string, item: Shape): Promise<Item[]> {
  const read = async (url: string) => {
    const { body } = await asked(200, 'GET', url, { token: who.access })
    expectShape(body, page(item), url)
    return body as { next: string | null; previous: string | null; results: Item[] }
  }
  const first = await read(path)
  const pages = [first]
  for (let at = first; at.next; ) {
    expect(pages.length, 'pages before the end').toBeLessThan(100)
    at = await read(at.next)
    pages.push(at)
  }
  const forth = pages.flatMap(({ results }) => results)
  let at = pages.at(-1) ?? first
  const back = [at.results]
  while (at.previous && back.length < pages.length) {
    at = await read(at.previous)
    back.unshift(at.results)
  }
  expect(back.flat().map(({ id }) => id)).toEqual(forth.map(({ id }) => id))
  expect(new Set(forth.map(({ id }) => id)).size).toBe(forth.length)
  return forth
}
