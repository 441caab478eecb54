/**
 * The directory's tables. The API owns accounts, sessions and relationships. Rooms and sidebars write the index of rooms and
 * presence, which listing and search read.
 *
 * Times are milliseconds since 1970, flags are 0 or 1. Keys have the names of their columns, so a row is the same object
 * whether drizzle or a prepared statement fetched it. The migrations add STRICT, and WITHOUT ROWID to tables that are little
 * more than their key (one row written instead of two), because drizzle supports neither.
 */
export * from './accounts'
export * from './operation'
export * from './people'
export * from './rooms'
export * from './sign-in'
