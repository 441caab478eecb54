/** The schema of one account of uploads, step by step. Append only. */

import initial from '../../migrations/uploads/0000_initial.sql'
import sizes from '../../migrations/uploads/0001_sizes.sql'
import copies from '../../migrations/uploads/0002_copies.sql'
import type { Migration } from '../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_sizes', sql: sizes },
  { id: '0002_copies', sql: copies },
]
