/** What vitest.config.ts hands to the tests. */
import 'vitest'
import type { JWK } from 'jose'
import type { Asked } from '../../lab/runtime/sizes.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The D1 migrations, read outside the Workers runtime, which has no file system. */
    directoryMigrations: { name: string; queries: string[] }[]
    /** The operator's private key. */
    operatorKey: JWK
    /** Whether every act of S14 is measured: `npm run cost -- attack` asks for it. */
    attack: boolean
    /** The one trial that `npm run torture` asks for. */
    lab: Asked | null
  }
}
