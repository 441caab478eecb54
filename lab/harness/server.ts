/** Starts the server of trials and benchmarks, and calls the doors of lab/server/index.ts. */
import path from 'node:path'
import { type RunningServer, type ServerOptions, startServer } from '../../scripts/server.ts'
import { ROOT } from '../../scripts/wrangler.mjs'
import type { Enrolled, Fault, Filling, Probe, Push, Spending, Trips, Waiting } from '../server/doors.ts'
import { ApiClient, type Person } from './api-client.ts'
import { until } from './waiting.ts'

const ENTRY = path.join(ROOT, 'lab/server/index.ts')
/** The product with passwords that are cheap to hash: for trials that try something else than the hashing. */
export const LIGHT = path.join(ROOT, 'test/support/light-entry.ts')
/** Messages that are stored in one call. */
const PORTION = 20_000
/** A large group stands in the directory by then, in milliseconds. */
const LISTED_WITHIN = 60_000

export interface LabServer extends RunningServer {
  api: ApiClient
  /**
   * Says what fails from now on; nothing but what is named. The server must have been started with `FAULTS`.
   * @returns how much failed by what was named before
   */
  fail(seed: number, faults: { directory?: Partial<Fault>; media?: Partial<Fault> }): Promise<number>
  /** Sets how long a socket may say nothing, until the server is started anew, in milliseconds. */
  allowSilence(silence: number): Promise<unknown>
  /** Makes passwords cheap to hash, an eightieth of the real cost, until the server is started anew. */
  lightPasswords(): Promise<unknown>
  /** Makes somebody staff, as the operator's command does. */
  makeStaff(user: number): Promise<unknown>
  /** Spends units of a limit without the acts that would take them. */
  spend(spending: Spending): Promise<unknown>
  /** How often each actor has been made, by kind and name. */
  lives(): Promise<Record<string, number>>
  waiting(room: number): Promise<Waiting[]>
  /** What R2 holds. */
  objects(): Promise<{ key: string; size: number }[]>
  /** Makes accounts without passwords, signed in. */
  people(count: number): Promise<Enrolled[]>
  /** New tokens for people who have been made before. */
  signIn(ids: number[]): Promise<Enrolled[]>
  /** Opens a group, the first of whom owns it, and waits until the directory has it. @returns its id */
  group(people: Pick<Person, 'id' | 'access'>[]): Promise<number>
  /** Stores messages in a room, said in turn; nobody is told. */
  fill(room: number, by: Enrolled[], filling: Omit<Filling, 'senders'>): Promise<void>
  probe(room: number, probe: Probe): Promise<number>
  /** What rooms have pushed to sidebars since this was last asked. */
  pushes(): Promise<Push[]>
  /** Questions to the directory since this was last asked, and the most at once. Needs `FAULTS`. */
  directoryLoad(): Promise<{ asked: number; peak: number }>
  /** What the counted requests have taken since this was last asked. */
  trips(): Promise<Trips[]>
}

export async function startLabServer(options: ServerOptions = {}): Promise<LabServer> {
  const server = await startServer({ ...options, entry: ENTRY })
  const api = new ApiClient(server.url)
  const get = <T>(door: string) => api.call<T>('GET', `/dev/lab/${door}`)
  const post = <T>(door: string, body: object = {}) => api.call<T>('POST', `/dev/lab/${door}`, { body })
  return {
    ...server,
    api,
    fail: async (seed, faults) => (await post<{ failed: number }>('faults', { seed, ...faults })).failed,
    allowSilence: (silence) => post('silence', { silence }),
    lightPasswords: () => post('passwords/light'),
    makeStaff: (user) => post(`people/${user}/staff`),
    spend: (spending) => post('spend', spending),
    lives: () => get('lives'),
    waiting: (room) => get(`rooms/${room}/waiting`),
    objects: () => get('objects'),
    people: (count) => post('people', { count }),
    signIn: (ids) => post('people', { ids }),
    async group(people) {
      const [owner, ...others] = people as [Person, ...Person[]]
      const id = await api.group(owner, ...others)
      // On a busy machine the answer may come before a large group stands in the directory.
      const isListed = async () =>
        (await api.ask('GET', `/api/chatrooms/${id}/`, { access: owner.access })).status === 200
      if ((await until(isListed, LISTED_WITHIN, 100)) === null) throw new Error('The directory never had the room')
      return id
    },
    async fill(room, by, { from, count, began }) {
      const senders = by.map(({ id }) => id)
      for (let done = 0; done < count; done += PORTION) {
        await post(`rooms/${room}/fill`, { from: from + done, count: Math.min(PORTION, count - done), senders, began })
      }
      await post(`rooms/${room}/restart`)
    },
    probe: async (room, probe) => (await post<{ found: number }>(`rooms/${room}/probe`, probe)).found,
    pushes: () => post('pushes'),
    directoryLoad: () => post('directory-load'),
    trips: () => post('trips'),
  }
}
