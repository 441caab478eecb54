/** Validation of queries, bodies and paths against the contract, before a handler runs. */
import { zValidator } from '@hono/zod-validator'
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type * as z from 'zod'
import { ChatError, type FieldErrors, Id, LIMITS, wellFormedIn } from '../../protocol'

const count = (most: number | bigint, thing: string) => `${most} ${thing}${Number(most) === 1 ? '' : 's'}`

/** The message for an issue whose schema has none of its own. */
function sentence(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return 'This field is required.'
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'object' ? 'Send an object.' : `Must be a valid ${issue.expected}.`
    case 'too_small':
      if (issue.origin !== 'string') return `At least ${issue.minimum}.`
      return issue.minimum === 1 ? 'This field may not be blank.' : `At least ${count(issue.minimum, 'character')}.`
    case 'too_big':
      if (issue.origin === 'string') return `At most ${count(issue.maximum, 'character')}.`
      return issue.origin === 'array' ? `At most ${count(issue.maximum, 'item')}.` : `At most ${issue.maximum}.`
    case 'invalid_value':
      return `One of: ${issue.values.join(', ')}.`
    default:
      return 'This value is not valid.'
  }
}

/** Messages by top-level field. Issues of no single field are under `non_field_errors`. */
function byField(error: z.core.$ZodError): FieldErrors {
  const fields: FieldErrors = {}
  for (const issue of error.issues) {
    const field = String(issue.path[0] ?? 'non_field_errors')
    fields[field] = [...new Set(fields[field]).add(issue.message)]
  }
  return fields
}

/** zod's validator for one part of a request, with the contract's messages and error. */
const validator = <S extends z.ZodType, T extends 'json' | 'form' | 'query'>(target: T, schema: S) =>
  zValidator(
    target,
    schema,
    (result) => {
      if (!result.success) throw new ChatError('invalid', { fields: byField(result.error) })
    },
    { validationFunction: (_schema, value) => schema.safeParse(wellFormedIn(value), { error: sentence }) as never },
  )

/** Validates values that are not a whole query or body. @throws {ChatError} `invalid` */
export function validate<S extends z.ZodType>(schema: S, values: unknown): z.output<S> {
  const result = schema.safeParse(wellFormedIn(values), { error: sentence })
  if (!result.success) throw new ChatError('invalid', { fields: byField(result.error) })
  return result.data
}

/** A middleware that gives the handler `z.output<S>` at the part `P`. */
type Validated<S extends z.ZodType, P extends string> = MiddlewareHandler<
  // biome-ignore lint/suspicious/noExplicitAny: it asks nothing of the context it runs in
  any,
  string,
  { in: { [K in P]: z.input<S> }; out: { [K in P]: z.output<S> } }
>

/** Validates the query string. Unknown parameters are ignored. @throws {ChatError} `invalid` */
export const query = <S extends z.ZodType>(schema: S): Validated<S, 'query'> => validator('query', schema) as never

const FORMS = new Set(['application/x-www-form-urlencoded', 'multipart/form-data'])
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/

/**
 * Validates the body, which may be JSON or a form. Repeated keys of a form become an array. A missing body counts as
 * `{}`, and so does an empty one that is announced as JSON, which many clients send with every request. Handlers read
 * it with `c.req.valid('json')` in all cases. `upTo` is the most bytes that are read.
 * @throws {ChatError} `invalid`, `malformed`, `too_large`, `unsupported_type`
 */
export function body<S extends z.ZodType>(schema: S, upTo: number = LIMITS.bodyBytes): Validated<S, 'json'> {
  const json = validator('json', schema) as MiddlewareHandler
  const form = validator('form', schema) as MiddlewareHandler
  const limit = bodyLimit({
    maxSize: upTo,
    onError: () => {
      throw new ChatError('too_large')
    },
  })
  const read = async (c: Context) => {
    const type = c.req.header('Content-Type')?.split(';')[0]?.trim().toLowerCase() ?? ''
    if (FORMS.has(type)) {
      await form(c, async () => {})
      c.req.addValidatedData('json', c.req.valid('form' as never))
      return
    }
    const isEmpty = (await c.req.arrayBuffer()).byteLength === 0
    if (!isEmpty && !JSON_TYPE.test(type)) throw new ChatError('unsupported_type')
    // Hono's cache of the body, which its validator reads.
    if (isEmpty) c.req.bodyCache.text = Promise.resolve('{}') as never
    await json(c, async () => {})
  }
  return async (c, next) => {
    await limit(c, () => read(c))
    await next()
  }
}

/**
 * The id at `:name` in the path.
 * @throws {ChatError} `not_found` when it is no id: an id that cannot exist is as absent as an unknown one
 */
export function idInPath(c: Context, name: string): number {
  const id = Id.safeParse(c.req.param(name))
  if (!id.success) throw new ChatError('not_found')
  return id.data
}
