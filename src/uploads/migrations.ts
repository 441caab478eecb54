/** The migrations of an uploads database, in order. Append only. */

import initial from '../../migrations/uploads/0000_initial.sql'
import sizes from '../../migrations/uploads/0001_sizes.sql'
import copies from '../../migrations/uploads/0002_copies.sql'
import names from '../../migrations/uploads/0003_names.sql'
import quotaNames from '../../migrations/uploads/0004_quota_names.sql'
import schema from '../../migrations/uploads/schema.sql'
import type { Migration, Snapshot } from '../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_sizes', sql: sizes },
  { id: '0002_copies', sql: copies },
  { id: '0003_names', sql: names, readableFrom: '0003_names' },
  { id: '0004_quota_names', sql: quotaNames, readableFrom: '0004_quota_names' },
]

export const snapshot: Snapshot = { upTo: '0004_quota_names', sql: schema }
