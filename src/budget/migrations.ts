/** The migrations of a budget's database, in order. Append only. */

import initial from '../../migrations/budget/0000_initial.sql'
import type { Migration } from '../actor/store/migrate'

export const migrations: readonly Migration[] = [{ id: '0000_initial', sql: initial }]
