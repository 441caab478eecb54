/** The directory's tables after everything was thrown away. */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'

export const migrated = () => applyD1Migrations(env.DIRECTORY, inject('directoryMigrations'))
