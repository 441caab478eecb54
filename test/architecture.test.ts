/** Who may import whom: the table of docs/architecture.md, executed over every file of src. */
import { describe, expect, it } from 'vitest'
import { importsOf, violations } from './support/dependency-rule'
import { fileCircles, folderCircles, layerViolations } from './support/layers'

const sources = import.meta.glob<string>(['../src/**/*.ts', '../src/**/*.tsx'], {
  query: '?raw',
  import: 'default',
  eager: true,
})
const files = Object.entries(sources).map(([path, text]) => ({ path: path.replace('../', ''), text }))

describe('the dependency rule', () => {
  it('holds in every file of src', () => {
    for (const ending of ['.ts', '.tsx']) expect(files.some(({ path }) => path.endsWith(ending))).toBe(true)
    expect(violations(files)).toEqual([])
  })

  const planted = (path: string, text: string) => violations([{ path, text }])

  it('sees every way of importing', () => {
    const text = `
      import a from './one'
      import { b,
        type C } from '../two'
      import type { D } from 'three'
      import 'four'
      export { e } from './five'
      export * from './six'
      const late = await import('./seven')
    `
    expect(importsOf(text).map(({ from }) => from)).toEqual([
      './one',
      '../two',
      'three',
      'four',
      './five',
      './six',
      './seven',
    ])
  })

  it.each([
    ['src/protocol/messages.ts', `import { Hono } from 'hono'`, 'protocol may not import hono'],
    ['src/protocol/messages.ts', `import { LIMITS } from '../config'`, 'protocol may not import config'],
    ['src/room/room.ts', `import { Sidebar } from '../sidebar/sidebar'`, 'room may not import sidebar/sidebar'],
    ['src/room/store.ts', `import { rooms } from '../directory/rooms'`, 'room may not import directory/rooms'],
    [
      'src/feed/feed.ts',
      `import { tell } from '../directory/rooms/projection'`,
      'feed may not import directory/rooms/projection',
    ],
    ['src/sidebar/store.ts', `export { Hono } from 'hono'`, 'sidebar may not import hono'],
    ['src/directory/accounts/users.ts', `import { LIMITS } from '../../config'`, 'directory may not import config'],
    ['src/client/index.ts', `import { Message } from '../protocol'`, 'client may import protocol for its types only'],
    ['src/client/index.ts', `import { z } from 'zod'`, 'client may import zod for its types only'],
    ['src/web/main.ts', `import { api } from '../api'`, 'web may not import api'],
    ['src/auth/tokens.ts', `import { users } from '../directory/users'`, 'auth may not import directory/users'],
    ['src/actor/store/outbox.ts', `import { send } from '../../room/store'`, 'actor may not import room/store'],
    [
      'src/api/routes/rooms.ts',
      `import { send } from '../../room/store'`,
      'api may import room/store for its types only',
    ],
    ['src/index.ts', `import { users } from './directory/users'`, 'index may not import directory/users'],
    ['src/web/room/page.tsx', `import { Room } from '../../room/room'`, 'web may not import room/room'],
    ['src/novelty/thing.ts', `import { z } from 'zod'`, 'novelty has no row in the table'],
  ])('is broken by %s with %s', (path, text, complaint) => {
    expect(planted(path, text)).toEqual([`${path}: ${complaint}`])
  })

  it.each([
    ['src/protocol/messages.ts', `import * as z from 'zod'; import { Id } from './ids'`],
    ['src/room/room.ts', `import { DurableObject } from 'cloudflare:workers'; import { drizzle } from 'drizzle-orm'`],
    ['src/room/room.ts', `import { project } from '../directory/rooms/projection'`],
    ['src/sidebar/sidebar.ts', `import { project } from '../directory/rooms/projection'`],
    ['src/client/index.ts', `import type { Message } from '../protocol'`],
    [
      'src/api/routes/rooms.ts',
      `import type { Room } from '../../room/room'; import { users } from '../../directory/users'`,
    ],
    ['src/index.ts', `export { Room } from './room/room'; import { app } from './api'`],
  ])('is kept by %s with %s', (path, text) => {
    expect(planted(path, text)).toEqual([])
  })
})

describe('the layers of room, sidebar and api', () => {
  it('hold in every file', () => {
    expect(layerViolations(files)).toEqual([])
  })

  it.each([
    ['src/room/store/members.ts', '../usecases/members', 'store may not import usecases'],
    ['src/room/usecases/members.ts', '../sockets/typing', 'usecases may not import sockets'],
    ['src/room/outbound/publisher.ts', '../usecases/members', 'outbound may not import usecases'],
    ['src/room/presenters/events.ts', '../store/schema', 'presenters may not import store'],
    ['src/sidebar/store/rooms.ts', '../sockets/connections', 'store may not import sockets'],
    ['src/api/usecases/spending.ts', '../middleware/limit-rate', 'usecases may not import middleware'],
  ])('are broken by %s with %s', (path, from, complaint) => {
    const target = new URL(from, `file:///${path}`).pathname.slice(1)
    const planted = [
      { path, text: `import { thing } from '${from}'` },
      { path: `${target}.ts`, text: '' },
    ]
    expect(layerViolations(planted)).toEqual([`${path}: ${complaint}`])
  })
})

describe('circles of imports, types included', () => {
  it('exist neither between files nor between folders', () => {
    expect(fileCircles(files)).toEqual([])
    expect(folderCircles(files)).toEqual([])
  })

  it('are found', () => {
    const planted = [
      { path: 'src/room/usecases/a.ts', text: `import type { B } from '../outbound/b'` },
      { path: 'src/room/outbound/b.ts', text: `import { c } from '../store'` },
      { path: 'src/room/store/index.ts', text: `import { a } from '../usecases/a'` },
      { path: 'src/feed/d.ts', text: `import { e } from '../uploads/e'` },
      { path: 'src/uploads/e.ts', text: `export * from '../feed/f'` },
      { path: 'src/feed/f.ts', text: '' },
    ]
    expect(fileCircles(planted)).toEqual([
      'src/room/usecases/a.ts → src/room/outbound/b.ts → src/room/store/index.ts → src/room/usecases/a.ts',
    ])
    expect(folderCircles(planted)).toEqual([
      'feed → uploads → feed',
      'room/usecases → room/outbound → room/store → room/usecases',
    ])
  })
})
