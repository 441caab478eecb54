/** One database at a time: `DB=room npx drizzle-kit generate`. `npm run generate` does all of them. */
import { defineConfig } from 'drizzle-kit'

const database = process.env.DB
const databases = ['directory', 'room', 'sidebar', 'feed', 'uploads', 'budget', 'webhook']
if (database === undefined || !databases.includes(database))
  throw new Error(`Set DB to one of ${databases.join(', ')}.`)

const inStore = ['room', 'sidebar', 'feed'].includes(database)
const schema = database === 'directory' ? 'schema/index.ts' : inStore ? 'store/schema.ts' : 'schema.ts'

export default defineConfig({
  dialect: 'sqlite',
  ...(database === 'directory' ? {} : { driver: 'durable-sqlite' as const }),
  schema: `src/${database}/${schema}`,
  out: `migrations/${database}`,
})
