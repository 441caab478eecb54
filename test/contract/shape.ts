/** A small checker of shapes: what is missing or of another type, in sentences. Fields beyond those named are allowed. */
import { expect } from 'vitest'

/** Answers one sentence for each thing that is wrong with `value`, which stands at `at`. */
export type Shape = (value: unknown, at: string) => string[]

const kind =
  (what: string, holds: (value: unknown) => boolean): Shape =>
  (value, at) =>
    holds(value) ? [] : [`${at} should be ${what} and is ${value === undefined ? 'missing' : JSON.stringify(value)}`]

export const text = kind('text', (value) => typeof value === 'string')
export const words = kind('text that is not blank', (value) => typeof value === 'string' && value.trim() !== '')
export const flag = kind('true or false', (value) => typeof value === 'boolean')
export const id = kind('an id', (value) => Number.isSafeInteger(value) && (value as number) > 0)
export const count = kind('a whole number from 0', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
export const time = kind(
  'an ISO-8601 time in UTC with milliseconds',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
)
export const url = kind('an absolute URL', (value) => typeof value === 'string' && /^https?:\/\/[^/]+/.test(value))

export const oneOf = (...values: unknown[]): Shape =>
  kind(`one of ${values.join(', ')}`, (value) => values.includes(value))

/** The shape, or null; never absent. */
export const orNull =
  (shape: Shape): Shape =>
  (value, at) =>
    value === null ? [] : shape(value, at)

/** The shape, or nothing at all. */
export const orAbsent =
  (shape: Shape): Shape =>
  (value, at) =>
    value === undefined ? [] : shape(value, at)

export const listOf =
  (shape: Shape): Shape =>
  (value, at) =>
    Array.isArray(value)
      ? value.flatMap((item, place) => shape(item, `${at}[${place}]`))
      : [`${at} should be an array and is ${JSON.stringify(value)}`]

export const object =
  (fields: Record<string, Shape>): Shape =>
  (value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(fields).flatMap(([name, shape]) =>
          shape((value as Record<string, unknown>)[name], `${at}.${name}`),
        )
      : [`${at} should be an object and is ${JSON.stringify(value)}`]

/** Both shapes at once. */
export const both =
  (one: Shape, other: Shape): Shape =>
  (value, at) => [...one(value, at), ...other(value, at)]

/** Expects `value` to have the shape. */
export function expectShape(value: unknown, shape: Shape, at = 'it'): void {
  expect(shape(value, at)).toEqual([])
}
