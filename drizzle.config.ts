/** One database at a time: `DB=room npx drizzle-kit generate`. `npm run generate` does all four. */
import { defineConfig } from 'drizzle-kit'

const database = process.env.DB
if (database !== 'directory' && database !== 'room' && database !== 'sidebar' && database !== 'feed') {
  throw new Error('Set DB to directory, room, sidebar or feed.')
}

export default defineConfig({
  dialect: 'sqlite',
  ...(database === 'directory' ? {} : { driver: 'durable-sqlite' as const }),
  schema: `src/${database}/schema.ts`,
  out: `migrations/${database}`,
})
