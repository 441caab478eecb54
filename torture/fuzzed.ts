/** Requests made up from the description that the server itself serves: every operation, with values that it did not ask for. */
import type { Random } from './random.ts'

interface Described {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

interface Operation {
  method: string
  path: string
  described: Described
}

interface Schema {
  $ref?: string
  properties?: Record<string, Schema>
}

/** The served description, as far as it is of use here. */
export interface Description {
  paths: Record<string, Record<string, Described>>
  components?: { schemas?: Record<string, Schema> }
}

export interface Fuzzed {
  method: string
  path: string
  headers: Record<string, string>
  body: string | FormData | null
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete']

const TEXTS = [
  '',
  ' ',
  'x',
  '../../etc/passwd',
  "' OR 1=1 --",
  '\u0000',
  '\ud800',
  '🎩'.repeat(50),
  '%00',
  'a'.repeat(5_000),
  '2026-01-01',
  '1e999',
  '-1',
]

/** Any JSON value at all; deep ones are rare. */
function anything(random: Random, depth = 0): unknown {
  const kind = random.between(0, depth > 3 ? 6 : 8)
  if (kind === 0) return null
  if (kind === 1) return random.pick([true, false])
  if (kind === 2) return random.pick([0, -1, 1.5, 2 ** 53, 2 ** 53 + 2, -(2 ** 60), 1e308, 1, 7])
  if (kind <= 6) return random.pick(TEXTS)
  if (kind === 7) return Array.from({ length: random.between(0, 4) }, () => anything(random, depth + 1))
  return Object.fromEntries(
    Array.from({ length: random.between(0, 4) }, (_, n) => [
      random.pick(['id', '__proto__', `k${n}`]),
      anything(random, depth + 1),
    ]),
  )
}

/** Makes requests up. `known` are values that do exist, by the name of the parameter: every second one is of them. */
export class Fuzzer {
  readonly #random: Random
  readonly #description: Description
  readonly #operations: Operation[]

  constructor(random: Random, description: Description) {
    this.#random = random
    this.#description = description
    this.#operations = Object.entries(description.paths).flatMap(([path, item]) =>
      METHODS.flatMap((method) => (item[method] ? [{ method, path, described: item[method] }] : [])),
    )
  }

  get operations(): number {
    return this.#operations.length
  }

  /** The `n`th request: all operations in turn. */
  request(n: number, known: Record<string, string | number>): Fuzzed {
    const random = this.#random
    const { method, path, described } = this.#operations[n % this.#operations.length] as Operation
    const value = (name: string) =>
      encodeURIComponent(
        String(
          known[name] !== undefined && random.next() < 0.6
            ? known[name]
            : wellFormed(random.pick([...TEXTS, '0', '9'.repeat(30)])),
        ),
      ).replace(/^$/, 'x')
    const asked = path.replace(/\{(\w+)\}/g, (_, name) => value(name))
    const query = (described.parameters ?? []).filter((parameter) => parameter.in === 'query' && random.next() < 0.5)
    const search = query.map(({ name }) => `${name}=${value(name)}`).join('&')
    const fields = this.#fields(described)
    const { headers, body } = method === 'get' ? { headers: {}, body: null } : this.#body(fields)
    return { method: method.toUpperCase(), path: search ? `${asked}?${search}` : asked, headers, body }
  }

  #fields({ requestBody }: Described): string[] {
    const [content] = Object.values(requestBody?.content ?? {})
    const schema = content?.schema
    const named = schema?.$ref ? this.#description.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] : schema
    return Object.keys(named?.properties ?? {})
  }

  #body(fields: string[]): { headers: Record<string, string>; body: string | FormData | null } {
    const random = this.#random
    const filled = Object.fromEntries(fields.filter(() => random.next() < 0.7).map((name) => [name, anything(random)]))
    const json = { 'content-type': 'application/json' }
    switch (random.between(0, 9)) {
      case 0:
        return {
          headers: json,
          body: random.pick([
            '',
            '{',
            'null',
            '[]',
            '"x"',
            `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
            '{"a":1e999}',
          ]),
        }
      case 1:
        return { headers: json, body: JSON.stringify(anything(random)) }
      case 2:
        return {
          headers: {
            'content-type': random.pick([
              'text/plain',
              'application/xml',
              'multipart/form-data',
              'multipart/form-data; boundary=x',
              '',
            ]),
          },
          body: random.pick(['x', '--x\r\n\r\n', '--x--']),
        }
      case 3: {
        const pairs = Object.entries(filled).map(
          ([name, each]) => `${name}=${encodeURIComponent(wellFormed(String(JSON.stringify(each))))}`,
        )
        return { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `${pairs.join('&')}&%zz=%` }
      }
      case 4: {
        const form = new FormData()
        for (const [name, each] of Object.entries(filled))
          form.append(name, random.next() < 0.3 ? new Blob(['<svg/>']) : wellFormed(String(each)))
        return { headers: {}, body: form }
      }
      default:
        return { headers: json, body: JSON.stringify(filled) }
    }
  }
}

const wellFormed = (text: string) => text.toWellFormed()
