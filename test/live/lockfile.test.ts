/** The lockfile serves everybody: every platform, every registry, the same versions whichever npm reads it. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { missingFrom, readLock, unverifiedIn } from '../../scripts/lock.mjs'
import { ROOT } from '../../scripts/wrangler.mjs'

const { packages } = readLock()

describe('package-lock.json', () => {
  it('names the packages of every platform (npm run lock adds them)', () => {
    expect(missingFrom({ ...packages, 'node_modules/planted': { optionalDependencies: { absent: '1.0.0' } } })).toEqual(
      [expect.objectContaining({ name: 'absent', version: '1.0.0' })],
    )
  })

  it('has a SHA-512 of every package that is installed', () => {
    expect(unverifiedIn(packages)).toEqual([])
  })

  it.each([undefined, '', 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=', `sha512-${'a'.repeat(40)}`])(
    'is refused with a package whose checksum is %j',
    (integrity) => {
      const planted = { version: '1.0.0', ...(integrity !== undefined && { integrity }) }
      expect(unverifiedIn({ ...packages, 'node_modules/planted': planted })).toEqual(['node_modules/planted'])
    },
  )

  it('names no registry', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  })
})

describe('package.json', () => {
  it('pins every version exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
    for (const version of Object.values({ ...dependencies, ...devDependencies }))
      expect(version).toMatch(/^(npm:[@\w/-]+@)?\d+\.\d+\.\d+[\w.-]*$/)
  })
})
