/** The OpenAPI document has every route, and describes nothing that does not exist. */
import { expect, test } from 'vitest'
import { app } from '../../src/api/app'
import { ask } from '../support/api'
import { assertConforms, description } from '../support/conforms'

/** Routes that are no part of the API: sockets, the development mailbox, the explorer. */
const APART = /^\/(?:ws|dev|docs)(?:\/|$)/

const spelt = (path: string) =>
  path
    .replaceAll(/:\w+/g, '{}')
    .replaceAll(/\{\w+\}/g, '{}')
    .replace(/\/$/, '')

const routes = () =>
  app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*') && !APART.test(path))
    .map(({ method, path }) => `${method} ${spelt(path)}`)

const described = () =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${spelt(path)}`),
  )

test('every route is described', () => {
  const known = new Set(described())
  expect(routes().length).toBeGreaterThan(70)
  expect([...new Set(routes())].filter((route) => !known.has(route))).toEqual([])
})

test('nothing is described that is not there', () => {
  const there = new Set(routes())
  expect(described().filter((operation) => !there.has(operation))).toEqual([])
})

test('the document is served, and every reference in it leads somewhere', async () => {
  const { status, body } = await ask('GET', '/api/schema/')
  expect(status).toBe(200)
  expect(body.openapi).toBe('3.1.0')
  const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id)
  expect(references.length).toBeGreaterThan(100)
  expect(references.filter((id) => !Object.hasOwn(body.components.schemas, id as string))).toEqual([])
})

test('operation ids are unique', () => {
  const ids = Object.values(description.paths).flatMap((methods) =>
    Object.values(methods).map((operation) => (operation as unknown as { operationId: string }).operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test('an answer that differs from its description is caught', () => {
  const right = { ticket: 'abc', expires_in: 60 }
  expect(() => assertConforms('POST', '/api/socket-ticket', 201, right)).not.toThrow()
  expect(() => assertConforms('POST', '/api/socket-ticket', 201, { ...right, secret: 1 })).toThrow('does not match')
  expect(() => assertConforms('POST', '/api/socket-ticket', 201, { ticket: 7, expires_in: 60 })).toThrow(
    'does not match',
  )
  expect(() => assertConforms('POST', '/api/socket-ticket', 418, {})).toThrow('not described')
})
