/** All mutations: `npm run torture -- MUTATIONS` applies one after another and runs the trial that must catch it. */
import { ACCOUNTS } from './accounts.ts'
import type { Mutation } from './mutation.ts'
import { RELIABILITY } from './reliability.ts'
import { SECURITY } from './security.ts'
import { SIMULATION } from './simulation.ts'

export const MUTATIONS: readonly Mutation[] = [...RELIABILITY, ...ACCOUNTS, ...SECURITY, ...SIMULATION]
