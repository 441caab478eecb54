/**
 * Makes requests from the OpenAPI description that the server serves: every operation, with values that fit and values
 * that do not.
 */
import type { Random } from '../../harness/random.ts'

interface Described {
  parameters?: { name: string; in: string; schema?: Schema }[]
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
  required?: string[]
  type?: string
  enum?: unknown[]
  const?: unknown
  format?: string
  pattern?: string
  items?: Schema
  anyOf?: Schema[]
  minimum?: number
  maximum?: number
  maxLength?: number
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

/** Characters that code behind a schema may not expect within a text that the schema takes. */
const WITHIN = [
  '\u0000',
  '\ud800',
  '\u202e',
  '\u200b',
  '\ufeff',
  '\u0301',
  '\u0007',
  '%00',
  "'",
  '"',
  '\\',
  '\n',
  '🎩',
  'İ',
  'ß',
  '$&',
]

/** How often, of all bodies, the schema is kept to, so that the code behind it is reached. */
const KEPT_TO = 0.6

/** Makes requests up. `knownAt` names values that do exist for a path, by the parameter: nine in ten are of them. */
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
  request(n: number, knownAt: (path: string) => Record<string, string | number>): Fuzzed {
    const random = this.#random
    const { method, path, described } = this.#operations[n % this.#operations.length] as Operation
    const known = knownAt(path)
    const value = (name: string) =>
      encodeURIComponent(
        String(
          known[name] !== undefined && random.next() < 0.9
            ? known[name]
            : wellFormed(random.pick([...TEXTS, '0', '9'.repeat(30)])),
        ),
      ).replace(/^$/, 'x')
    const asked = path.replace(/\{(\w+)\}/g, (_, name) => value(name))
    const query = (described.parameters ?? []).filter((parameter) => parameter.in === 'query' && random.next() < 0.3)
    const asParameter = (each: unknown) => encodeURIComponent(wellFormed(String(each)))
    const search = query
      .map(({ name, schema }) =>
        random.next() < 0.7 ? `${name}=${asParameter(this.#fitting(name, schema, known))}` : `${name}=${value(name)}`,
      )
      .join('&')
    const fields = this.#fields(described)
    const json = Object.entries(described.requestBody?.content ?? {}).find(([type]) => type.includes('json'))
    const isKept = json !== undefined && random.next() < KEPT_TO
    const { headers, body } =
      method === 'get'
        ? { headers: {}, body: null }
        : isKept
          ? {
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(this.#object(this.#resolved(json[1].schema), known)),
            }
          : this.#body(fields)
    return { method: method.toUpperCase(), path: search ? `${asked}?${search}` : asked, headers, body }
  }

  #resolved(schema: Schema | undefined): Schema {
    const named = schema?.$ref?.split('/').at(-1)
    return (named ? this.#description.components?.schemas?.[named] : schema) ?? {}
  }

  /** A value that the schema takes: a known one where the name is known, and texts with odd characters within. */
  #fitting(name: string, given: Schema | undefined, known: Record<string, string | number>, depth = 0): unknown {
    const random = this.#random
    const schema = this.#resolved(given)
    const { anyOf, minimum = 0, maximum = 50, maxLength = 200 } = schema
    if (schema.const !== undefined) return schema.const
    if (schema.enum) return random.pick(schema.enum)
    if (anyOf) return this.#fitting(name, random.pick(anyOf), known, depth)
    if (known[name] !== undefined && random.next() < 0.9) return known[name]
    switch (schema.type) {
      case 'null':
        return null
      case 'boolean':
        return random.next() < 0.5
      case 'integer':
      case 'number':
        return random.pick([minimum, Math.max(minimum, 1), Math.min(maximum, minimum + 7), Math.min(maximum, 2 ** 40)])
      case 'array':
        return Array.from({ length: random.between(0, 3) }, () =>
          this.#fitting(LISTED[name] ?? name, schema.items, known, depth + 1),
        )
      case 'object':
        return this.#object(schema, known, depth + 1)
      default:
        return this.#text(name, schema.format, maxLength)
    }
  }

  #object({ properties = {}, required = [] }: Schema, known: Record<string, string | number>, depth = 0): object {
    const names = Object.keys(properties).filter((name) => required.includes(name) || this.#random.next() < 0.4)
    if (depth > 4) return {}
    return Object.fromEntries(names.map((name) => [name, this.#fitting(name, properties[name], known, depth)]))
  }

  #text(name: string, format: string | undefined, most: number): string {
    const random = this.#random
    const tag = random.between(0, 1e9).toString(36)
    if (format === 'email' || name === 'email') return `fuzz${tag}@parlour.test`
    if (format === 'date-time') return '2026-01-01T00:00:00.000Z'
    if (name === 'emoji') return random.pick(['👍', '🎩', '❤️'])
    if (/password/.test(name)) return `a long passphrase ${tag}`
    const odd = () => (random.next() < 0.7 ? random.pick(WITHIN) : '')
    return `a${odd()}b ${tag}${odd()} c`.slice(0, most)
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

/** Lists of people and messages, by what stands in them. */
const LISTED: Record<string, string> = { participant_ids: 'user_id', users: 'user_id', ids: 'user_id' }

const wellFormed = (text: string) => text.toWellFormed()
