/** The migrations of a webhook's database, in order. Append only. */
import initial from '../../migrations/webhook/0000_initial.sql'
import schema from '../../migrations/webhook/schema.sql'
import type { Migration, Snapshot } from '../actor/store/migrate'

export const migrations: readonly Migration[] = [{ id: '0000_initial', sql: initial }]

export const snapshot: Snapshot = { upTo: '0000_initial', sql: schema }
