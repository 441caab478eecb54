/**
 * Gives every test file empty storage, and the runtime as it was when it started. The files of a project run one after
 * another in the same few runtimes, because starting one takes longer than most files' tests: what a file can leave
 * behind (spies, the clock, bindings, globals, actors, rows, objects) is put back here, before the next one is imported.
 */
import { applyD1Migrations, reset } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { inject, vi } from 'vitest'
import { restoreBindings } from './bindings'
import { presentTime } from './clock'
import { payLittle } from './light-passwords'

vi.restoreAllMocks()
vi.useRealTimers()
vi.unstubAllGlobals()
presentTime()
restoreBindings()
payLittle()
await reset()
await applyD1Migrations(env.DIRECTORY, inject('directoryMigrations'))
