/** What vitest.config.ts hands to the tests. */
import 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** The D1 migrations, read outside the Workers runtime, which has no file system. */
    directoryMigrations: { name: string; queries: string[] }[]
  }
}
