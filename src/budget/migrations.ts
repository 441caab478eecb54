/** The migrations of a budget's database, in order. Append only. */

import initial from '../../migrations/budget/0000_initial.sql'
import schema from '../../migrations/budget/schema.sql'
import type { Migration, Snapshot } from '../actor/store/migrate'

export const migrations: readonly Migration[] = [{ id: '0000_initial', sql: initial }]

export const snapshot: Snapshot = { upTo: '0000_initial', sql: schema }
