/** Column types that all tables of the directory share. */
import { integer, text } from 'drizzle-orm/sqlite-core'

/** 0 or 1. */
export const flag = () => integer().notNull().default(0)
/** A text that may be empty, but not null. */
export const words = () => text().notNull().default('')
