/** Two kinds of tests: in the Workers runtime beside the code they test, and from outside against a real server. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.mjs'
import { scratchInMemory } from './scripts/scratch.mjs'
import { PATIENCE } from './test/support/patience.ts'

scratchInMemory()

// Wrangler reads the configuration anew for every file, and says each time where it found the secrets.
process.env.WRANGLER_LOG ??= 'error'

// The Worker names a folder of assets, which must be there; what is in it matters to no test in the runtime.
mkdirSync('dist/web', { recursive: true })

const directoryMigrations = await readD1Migrations('migrations/directory')

/** The operator's key: the runtime is configured with its public half, tests are given the private one. */
const operatorKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })

/** Milliseconds after which something hangs, whatever else the machine does. */
const HANGS = 300_000

const workersRuntime = () =>
  cloudflareTest({
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      bindings: {
        AUTH_SECRET: randomBytes(32).toString('base64url'),
        ENVIRONMENT: 'development',
        // `wrangler dev` replaces process.env.NODE_ENV in the bundle; here the runtime fills process.env from the bindings.
        NODE_ENV: 'development',
        RATE_LIMITS: 'off',
        OPERATOR_PUBLIC_KEY: operatorKey.x as string,
      },
    },
  })

/** Three times as many files at a time as CI has processors, because most of them mostly wait; first those that wait longest. */
const AT_ONCE = {
  maxWorkers: 6,
  sequence: { groupOrder: 1 },
  // No test is a race against the machine: this only ends one that hangs.
  testTimeout: HANGS,
  hookTimeout: HANGS,
  expect: { poll: { timeout: PATIENCE } },
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // The server logs each request: only beside what fails is that worth reading.
    silent: 'passed-only',
    projects: [
      {
        plugins: [workersRuntime()],
        test: {
          name: 'workers',
          ...AT_ONCE,
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**', 'test/live/**'],
          // A runtime takes 1.5 s to start; test/support/setup.ts gives each file one that is as good as new.
          isolate: false,
          setupFiles: ['test/support/setup.ts'],
          provide: { directoryMigrations, operatorKey, attack: process.env.ATTACK === 'long' },
        },
      },
      {
        plugins: [workersRuntime()],
        test: {
          name: 'lab',
          ...AT_ONCE,
          include: ['lab/runtime/*.test.ts'],
          isolate: false,
          setupFiles: ['test/support/setup.ts'],
          // `npm run torture` asks for one trial in its own size; otherwise each runs in its short form.
          provide: { directoryMigrations, lab: JSON.parse(process.env.LAB ?? 'null') },
        },
      },
      {
        test: {
          name: 'live',
          ...AT_ONCE,
          include: ['test/live/**/*.test.ts'],
          env: { WRANGLER_LOG: 'log' },
        },
      },
    ],
  },
})
