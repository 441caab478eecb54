/** The migrations of one room. Append only. */
import initial from '../../../migrations/room/0000_initial.sql'
import search from '../../../migrations/room/0001_search.sql'
import texts from '../../../migrations/room/0002_texts.sql'
import consent from '../../../migrations/room/0003_consent.sql'
import storage from '../../../migrations/room/0004_storage.sql'
import copies from '../../../migrations/room/0005_copies.sql'
import system from '../../../migrations/room/0006_system.sql'
import refold from '../../../migrations/room/0007_refold.sql'
import subscriptions from '../../../migrations/room/0008_subscriptions.sql'
import bots from '../../../migrations/room/0009_bots.sql'
import schema from '../../../migrations/room/schema.sql'
import type { Migration, Snapshot } from '../../actor/store/migrate'

export const migrations: readonly Migration[] = [
  { id: '0000_initial', sql: initial },
  { id: '0001_search', sql: search },
  { id: '0002_texts', sql: texts },
  { id: '0003_consent', sql: consent },
  { id: '0004_storage', sql: storage },
  { id: '0005_copies', sql: copies },
  { id: '0006_system', sql: system },
  { id: '0007_refold', sql: refold },
  // Renames columns, which no earlier build can read.
  { id: '0008_subscriptions', sql: subscriptions, readableFrom: '0008_subscriptions' },
  { id: '0009_bots', sql: bots },
]

export const snapshot: Snapshot = { upTo: '0009_bots', sql: schema }
