/** The door that the server on trial has behind it: see torture/server/entry.ts. */
import path from 'node:path'
import { type RunningServer, type ServerOptions, startServer } from '../scripts/server.ts'
import { ROOT } from '../scripts/wrangler.mjs'
import { ApiClient } from './api-client.ts'
import type { Spending } from './spending.ts'

const ENTRY = path.join(ROOT, 'torture/server/entry.ts')

interface Fault {
  /** Of all requests to it, the part (0 to 1) that fails. */
  errors?: number
  /** It does not answer. */
  stalled?: boolean
}

/** What waits for one socket of a room at the server, in bytes. */
export interface Waiting {
  user: number | null
  open: boolean
  bytes: number
}

/** The server on trial, and what only a trial may do to it. */
export interface Tried extends RunningServer {
  api: ApiClient
  /** What fails from now on; nothing but what is named. @returns how much failed by what was named before. */
  fail(seed: number, faults: { directory?: Fault; media?: Fault }): Promise<number>
  /** How long a socket may say nothing from now on, until the server is started anew, in milliseconds. */
  allowSilence(silence: number): Promise<unknown>
  /** Makes passwords cheap to hash, an eightieth of the real cost, until the server is started anew. */
  lightPasswords(): Promise<unknown>
  /** Makes somebody staff, as the operator's command does. */
  makeStaff(user: number): Promise<unknown>
  /** Spends units of a limit without an act. */
  spend(spending: Spending): Promise<unknown>
  /** How often each actor has been made, by kind and name. */
  lives(): Promise<Record<string, number>>
  waiting(room: number): Promise<Waiting[]>
  /** What R2 holds. */
  objects(): Promise<{ key: string; size: number }[]>
}

export async function startTried(options: ServerOptions = {}): Promise<Tried> {
  const server = await startServer({ ...options, entry: ENTRY })
  const api = new ApiClient(server.url)
  const ask = <T>(what: string, body?: object) => api.call<T>(body ? 'POST' : 'GET', `/dev/trial/${what}`, { body })
  const whole = (fault: Fault = {}) => ({ errors: 0, stalled: false, ...fault })
  return {
    ...server,
    api,
    fail: async (seed, { directory, media }) => {
      const faults = { seed, directory: whole(directory), media: whole(media) }
      return (await ask<{ failed: number }>('faults', faults)).failed
    },
    allowSilence: (silence) => ask('silence', { silence }),
    lightPasswords: () => ask('light'),
    makeStaff: (user) => ask('staff', { user }),
    spend: (spending) => ask('spend', spending),
    lives: () => ask('lives'),
    waiting: (room) => ask(`waiting/${room}`),
    objects: () => ask('objects'),
  }
}
