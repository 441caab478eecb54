/** What is said of the packages that this one is made of: licences, scripts that run on installation, known flaws. */
import fs from 'node:fs'
import { describe, expect, it } from 'vitest'
import { flawsIn, undecided } from '../../scripts/audit.mjs'
import { isAllowed, licensed, SHIPPED, TOOLS, unwanted } from '../../scripts/licences.mjs'
import { readLock } from '../../scripts/lock.mjs'

describe('licences', () => {
  it('of every locked package are on the list', () => {
    const all = licensed()
    expect(all.length).toBeGreaterThan(200)
    expect(unwanted(all)).toEqual([])
  })

  it('of what reaches a deployment or a browser are held to the shorter one', () => {
    const shipped = licensed().flatMap(({ name, isShipped }) => (isShipped ? [name] : []))
    for (const name of ['hono', 'jose', 'zod', 'preact', 'virtua', 'swagger-ui-dist']) expect(shipped).toContain(name)
    for (const name of ['vitest', 'lightningcss', 'axe-core']) expect(shipped).not.toContain(name)
  })

  it.each([
    ['MIT', true, true],
    ['MIT OR GPL-3.0', true, true],
    ['Apache-2.0 AND LGPL-3.0-or-later', false, true],
    ['MPL-2.0', false, true],
    ['GPL-3.0-or-later', false, false],
    ['AGPL-3.0-only', false, false],
    ['MIT AND GPL-3.0', false, false],
    ['(MIT OR GPL-3.0)', false, false],
    ['SEE LICENSE IN LICENSE', false, false],
    ['none', false, false],
  ])('%s may be shipped: %s; be a tool: %s', (licence, shipped, tool) => {
    expect([isAllowed(licence, SHIPPED), isAllowed(licence, TOOLS)]).toEqual([shipped, tool])
  })

  it('that are not wanted are found, also in what the app takes in by something else', () => {
    const packages = {
      'node_modules/a': { version: '1.0.0', license: 'MIT', dev: true, dependencies: { b: '2.0.0' } },
      'node_modules/b': { version: '2.0.0', license: 'MPL-2.0', dev: true },
    }
    expect(unwanted(licensed(packages, []))).toEqual([])
    expect(unwanted(licensed(packages, ['a']))).toMatchObject([{ name: 'b' }])
  })
})

describe('the audit', () => {
  it('knows of every package that runs something on installation whether it may', () => {
    const { allowScripts } = JSON.parse(fs.readFileSync('package.json', 'utf8'))
    expect(undecided(readLock().packages, allowScripts)).toEqual([])
    expect(undecided({ 'node_modules/x/node_modules/@evil/y': { hasInstallScript: true } }, {})).toEqual(['@evil/y'])
  })

  it('tells flaws from none, and none from no answer', () => {
    expect(flawsIn('{"vulnerabilities":{}}')).toEqual([])
    expect(flawsIn('{"vulnerabilities":{"x":{"name":"x","severity":"high"}}}')).toMatchObject([{ name: 'x' }])
    expect(flawsIn('{"message":"405 Method Not Allowed"}')).toBeNull()
    expect(flawsIn('')).toBeNull()
  })
})
