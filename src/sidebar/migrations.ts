/** The schema of one sidebar, step by step. Append only. */

import initial from '../../migrations/sidebar/0000_initial.sql'
import joined from '../../migrations/sidebar/0001_joined.sql'
import type { Migration } from '../actor/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_joined', sql: joined },
]
