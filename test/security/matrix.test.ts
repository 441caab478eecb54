/** The status of every route for every role: on its own object, a foreign one and a missing one. */
import { beforeAll, describe, expect, it, test } from 'vitest'
import { app } from '../../src/api/app'
import { operations } from '../../src/api/operations'
import { proofOf } from '../support/operator'
import { type Answer, ask, Line, tryConnect } from '../support/world'
import type { Whose } from './access'
import { address, type Named } from './objects'
import { assemble, type Company, personOf, ROLES, type RoleName, tokenOf } from './roles'
import { ROWS, type Row } from './rows'

/** What is asked for as a whole: every route of the application, middleware apart. */
const routes = () =>
  app.routes
    .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '')}`)

let company: Company
beforeAll(async () => {
  company = await assemble()
})

describe('the matrix', () => {
  it('has a row for every route, and none for what is not there', () => {
    const [there, stated] = [[...new Set(routes())].sort(), [...new Set(ROWS.map(({ route }) => route))].sort()]
    expect(there.length).toBeGreaterThan(80)
    expect(stated).toEqual(there)
  })

  it('misses a row that is taken out, and a route that comes', () => {
    const [first] = ROWS
    const stated = new Set(ROWS.map(({ route }) => route).filter((route) => route !== first?.route))
    expect(routes().filter((route) => !stated.has(route))).not.toEqual([])
  })

  it('lets in without a session where the description says so, and nowhere else', () => {
    const spelt = (path: string) => path.replaceAll(/\{\w+\}|:\w+/g, '{}').replace(/\/$/, '')
    const described = new Map(
      operations.map(({ method, path, access }) => [`${method.toUpperCase()} ${spelt(path)}`, access]),
    )
    for (const { route, cells } of ROWS) {
      const known = described.get(spelt(route))
      // An entrance that refuses a token in the body refuses it to everybody.
      if (known === undefined || cells.own.owner === 401) continue
      expect([route, cells.own.anonymous === 401]).toEqual([route, known !== 'anybody'])
      expect([route, cells.own.stranger === 403]).toEqual([route, known === 'staff'])
    }
  })
})

/** Asks for one cell. */
async function asked({ route, query = '', body, proven }: Row, named: Named, role: RoleName): Promise<Answer> {
  const [method = '', pattern = ''] = route.split(' ')
  const path = pattern.replaceAll(/:(\w+)/g, (_, name) => {
    const value = named.params[name]
    if (value === undefined) throw new Error(`${route} has no :${name}`)
    return String(value)
  })
  const token = tokenOf(company, role)
  if (path.startsWith('/ws/')) {
    const answer = await tryConnect({ ...personOf(company, role), access: token ?? '' }, path)
    if (!(answer instanceof Line)) return { ...answer, headers: new Headers() }
    answer.close()
    return { status: 101, body: null, headers: new Headers() }
  }
  const sent = method === 'GET' ? undefined : (body?.(company, named) ?? {})
  const whole = `${path}/${query}${named.query ?? ''}`
  const headers = proven ? await proofOf(method, whole) : {}
  return ask(method, whole, { ...(token && { token }), headers, body: sent })
}

const NOTHING: Named = { params: {} }
const foreign = new Map<object, Promise<Named>>()

/** Finds, or makes, what a cell is about. */
function objectsOf({ kind, cells, spends }: Row) {
  const shared = new Map<Whose, Promise<Named>>()
  return (whose: Whose, role: RoleName): Promise<Named> => {
    if (!kind) return Promise.resolve(NOTHING)
    const make = () => kind.make(company, whose, personOf(company, role))
    const succeeds = (cells[whose]?.[role] ?? 0) < 300
    if (succeeds ? spends || !kind.shared : !kind.shared && whose === 'own') return make()
    // What is refused changes nothing: one is enough for all who are, and one foreign object for all routes.
    const kept = (whose === 'own' ? shared : foreign) as Map<object | Whose, Promise<Named>>
    const key = whose === 'own' ? whose : whose === 'foreign' ? kind : kind.make
    const found = kept.get(key) ?? make()
    kept.set(key, found)
    return found
  }
}

const name = (row: Row) => `${row.route}${ROWS.some((other) => other !== row && other.route === row.route) ? ' …' : ''}`

test.each(ROWS.map((row) => [name(row), row] as const))('%s', async (_, row) => {
  const objectOf = objectsOf(row)
  const wrong: string[] = []
  /** Bodies that everybody gets alike, by what they answer. */
  const alike = new Map<string, string>()
  for (const role of ROLES) {
    const refusals: [Whose, Answer['body']][] = []
    for (const whose of ['own', 'foreign', 'missing'] as const) {
      const expected = row.cells[whose]?.[role]
      if (expected === undefined) continue
      const { status, body } = await asked(row, await objectOf(whose, role), role)
      if (status !== expected) wrong.push(`${role}, ${whose}: ${expected} expected, ${status} ${JSON.stringify(body)}`)
      if (expected === 404) refusals.push([whose, body])
      // What tells nothing tells it to all in the same words, whatever they are to the object: entrances, 401 and 404.
      const isSilent = status === 401 || status === 404 || row.kind === address
      const said = `${status} ${JSON.stringify(body)}`
      // Why a token is refused, its own bearer is told.
      const key = status === 401 ? `${role} 401` : `${status}`
      const known = alike.get(key)
      if (isSilent && known === undefined) alike.set(key, said)
      if (isSilent && known !== undefined && known !== said) wrong.push(`${role}, ${whose}: ${said} and ${known}`)
    }
    // A hidden object gets exactly the answer of a missing one.
    const [first] = refusals
    for (const [whose, body] of refusals) {
      if (first && JSON.stringify(body) !== JSON.stringify(first[1])) {
        wrong.push(`${role}: ${whose} and ${first[0]} differ: ${JSON.stringify([body, first[1]])}`)
      }
    }
  }
  expect(wrong).toEqual([])
})
