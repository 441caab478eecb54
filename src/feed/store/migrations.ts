/** The migrations of a feed's database, in order. Append only. */

import initial from '../../../migrations/feed/0000_initial.sql'
import settledUpTo from '../../../migrations/feed/0001_settled_up_to.sql'
import invitations from '../../../migrations/feed/0002_invitations.sql'
import copies from '../../../migrations/feed/0003_copies.sql'
import names from '../../../migrations/feed/0004_names.sql'
import schema from '../../../migrations/feed/schema.sql'
import type { Migration, Snapshot } from '../../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_settled_up_to', sql: settledUpTo },
  { id: '0002_invitations', sql: invitations },
  { id: '0003_copies', sql: copies },
  { id: '0004_names', sql: names, readableFrom: '0004_names' },
]

export const snapshot: Snapshot = { upTo: '0004_names', sql: schema }
