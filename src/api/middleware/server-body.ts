/** Validation of bodies of the server API, which names fields that it does not know. */
import type { MiddlewareHandler } from 'hono'
import * as z from 'zod'
import { ChatError } from '../../protocol'
import { body } from './validate'

/** The paths of fields that a strict schema does not have, as `users.3.colour`. */
function unknownFields(issues: readonly z.core.$ZodIssue[]): string[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key].join('.')) : [],
  )
}

/**
 * As `body`, for a strict schema. A host that misspells a field would otherwise lose it in silence.
 * @throws {ChatError} `unknown_field` with the names, and all of `body`
 */
export function strictBody<S extends z.ZodType>(schema: S, upTo?: number): ReturnType<typeof body<S>> {
  const lenient = z.unknown()
  const validated = body(schema, upTo) as MiddlewareHandler
  const handler: MiddlewareHandler = async (c, next) => {
    const type = c.req.header('Content-Type') ?? ''
    if (/json/i.test(type)) {
      const sent = lenient.safeParse(
        await c.req.raw
          .clone()
          .json()
          .catch(() => null),
      ).data
      const result = schema.safeParse(sent)
      const fields = result.success ? [] : unknownFields(result.error.issues)
      if (fields.length > 0)
        throw new ChatError('unknown_field', {
          detail: `Unknown fields: ${fields.join(', ')}.`,
          fields: Object.fromEntries(fields.map((field) => [field, ['This field is not known.']])),
        })
    }
    return validated(c, next)
  }
  return handler as ReturnType<typeof body<S>>
}
