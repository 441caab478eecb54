/** Holds every answer that a test gets against the OpenAPI document: what is not described there fails the test. */
import { type Schema, Validator } from '@cfworker/json-schema'
import { openApi } from '../../src/api/openapi/document'
import { operations } from '../../src/api/operations'

interface Described {
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>
}

export const description = openApi('http://parlour.test', operations) as {
  paths: Record<string, Record<string, Described>>
  components: object
}

const PATHS = Object.keys(description.paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replace(/\/$/, '').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
  // `/join/{code}/` is more than `/{roomId}/…`: what is spelt out is meant first.
  spelt: path.replaceAll(/\{\w+\}/g, '').length,
}))
PATHS.sort((a, b) => b.spelt - a.spelt)

/** The path of the document that a request is for; undefined when it has none. */
export function describedPath(path: string): string | undefined {
  const { pathname } = new URL(path, 'http://parlour.test')
  return PATHS.find(({ pattern }) => pattern.test(pathname))?.path
}

const validators = new Map<string, Validator>()

/** @throws {Error} when the answer is not one that the document describes. Paths that it does not have are not its affair. */
export function assertConforms(method: string, path: string, status: number, body: unknown): void {
  const known = describedPath(path)
  const operation = known && description.paths[known]?.[method.toLowerCase()]
  if (!operation) return
  const response = operation.responses[status]
  if (!response)
    throw new Error(`${method} ${known} answered ${status}, which is not described: ${JSON.stringify(body)}`)
  const schema = response.content?.['application/json']?.schema
  if (!schema) {
    if (body === null || response.content) return
    throw new Error(`${method} ${known} answered ${status} with a body, which is not described`)
  }
  const key = `${method} ${known} ${status}`
  const validator = validators.get(key) ?? new Validator({ ...schema, components: description.components }, '2020-12')
  validators.set(key, validator)
  const { valid, errors } = validator.validate(body)
  if (valid) return
  const reasons = errors.slice(-3).map((error) => `${error.instanceLocation}: ${error.error}`)
  throw new Error(
    `${key} does not match its description: ${reasons.join('; ')} in ${JSON.stringify(body).slice(0, 500)}`,
  )
}
