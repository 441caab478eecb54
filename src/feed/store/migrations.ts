/** The schema of one feed, step by step. Append only. */

import initial from '../../../migrations/feed/0000_initial.sql'
import settledUpTo from '../../../migrations/feed/0001_settled_up_to.sql'
import invitations from '../../../migrations/feed/0002_invitations.sql'
import copies from '../../../migrations/feed/0003_copies.sql'
import type { Migration } from '../../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_settled_up_to', sql: settledUpTo },
  { id: '0002_invitations', sql: invitations },
  { id: '0003_copies', sql: copies },
]
