/** The tests that look at the app as people do, in Chromium; apart from the others, because it has to be installed. */
import { defineConfig } from 'vitest/config'
import { ensureBuilt } from '../../scripts/build.mjs'
import { scratchInMemory } from '../../scripts/scratch.mjs'
import { PATIENCE } from '../support/patience.ts'

scratchInMemory()
// Before the files start side by side.
ensureBuilt()

export default defineConfig({
  test: {
    name: 'browser',
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/browser/**/*.test.ts'],
    // Each file has a server of its own, and mostly waits for it and its pages: more than there are processors.
    maxWorkers: 3,
    // The files of a process share its browser: see stage.ts.
    isolate: false,
    env: { WRANGLER_LOG: 'log' },
    expect: { poll: { timeout: PATIENCE } },
    // No test is a race against the machine: this only ends one that hangs.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
