/** Gives every test file a directory with its tables. Storage is separate per file, not per test. */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import './light-passwords'

await applyD1Migrations(env.DIRECTORY, inject('directoryMigrations'))
