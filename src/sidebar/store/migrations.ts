/** The migrations of a sidebar's database, in order. Append only. */

import initial from '../../../migrations/sidebar/0000_initial.sql'
import summaries from '../../../migrations/sidebar/0001_summaries.sql'
import pins from '../../../migrations/sidebar/0002_pins.sql'
import copies from '../../../migrations/sidebar/0003_copies.sql'
import names from '../../../migrations/sidebar/0004_names.sql'
import sessions from '../../../migrations/sidebar/0005_sessions.sql'
import schema from '../../../migrations/sidebar/schema.sql'
import type { Migration, Snapshot } from '../../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_summaries', sql: summaries },
  { id: '0002_pins', sql: pins },
  { id: '0003_copies', sql: copies },
  { id: '0004_names', sql: names, readableFrom: '0004_names' },
  { id: '0005_sessions', sql: sessions },
]

export const snapshot: Snapshot = { upTo: '0005_sessions', sql: schema }
