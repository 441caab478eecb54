/** The tests that look at the app as people do, in Chromium; apart from the others, because it has to be installed. */
import { defineConfig } from 'vitest/config'
import '../../scripts/build.mjs'

export default defineConfig({
  test: {
    name: 'browser',
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/browser/**/*.test.ts'],
    // Each file has a server and a browser of its own, and mostly waits for them.
    maxWorkers: 2,
    env: { WRANGLER_LOG: 'log' },
    testTimeout: 90_000,
    hookTimeout: 60_000,
  },
})
