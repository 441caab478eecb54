/**
 * R5: one of twenty sockets stops reading while the others go on. What it does not read fills the buffers of the system
 * first and then waits at the server, which must close it soon; the others must not notice.
 */
import type { Person } from '../../harness/api-client.ts'
import { memoryOf } from '../../harness/memory.ts'
import { Random } from '../../harness/random.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import { startLabServer } from '../../harness/server.ts'
import { round, typicalP99 } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'

/**
 * Bytes of text in each message; seconds of the measurement before, and for which buffers on the way may fill; `timed`:
 * whether what the others and the memory notice is judged; not where other programs keep the
 * machine busy.
 */
const OPTIONS = { people: 20, rate: 200, size: 1_000, seconds: 20, patience: 180, timed: 1 }

const MIB = 1024 * 1024
/** What may wait for one socket, in bytes, and how soon a socket for which more waits is closed, in milliseconds. */
const MOST_WAITING = MIB
const CLOSED_WITHIN = 5_000
/** A batch of events that leaves together may be the one that goes past the bound. */
const ONE_BATCH = MIB / 4
/** By how much others' p99 may grow, and the server's memory, in bytes. */
const SLOWER = 2
const MORE_MEMORY = 64 * MIB
/** Deliveries that one p99 is taken of. */
const WINDOW = 2_000

/** Sends to the room at an even pace, and tells how long each message took to reach each of the others. */
class Traffic {
  delays: number[] = []
  said = 0
  readonly #speakers: RawSocket[]
  readonly #sent = new Map<string, number>()
  readonly #filling: string
  readonly #timer: NodeJS.Timeout

  constructor(speakers: RawSocket[], rate: number, size: number, random: Random) {
    this.#speakers = speakers
    this.#filling = Array.from({ length: size }, () => random.pick([...'abcdefghij '])).join('')
    const began = performance.now()
    this.#timer = setInterval(() => {
      while (this.said < ((performance.now() - began) / 1_000) * rate) this.#say()
    }, 5)
    for (const socket of speakers) socket.onText = (text) => this.#hear(text)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #say(): void {
    const id = `m${this.said}`
    this.#sent.set(id, performance.now())
    const content = `${id} ${this.#filling}`.trim()
    const speaker = this.#speakers[this.said % this.#speakers.length]
    speaker?.send(JSON.stringify({ type: 'send_message', content, client_id: id }))
    this.said += 1
  }

  #hear(text: string): void {
    const now = performance.now()
    for (const event of [JSON.parse(text)].flat() as { type: string; message?: { client_id: string } }[]) {
      const sent = event.type === 'new_message' && this.#sent.get(event.message?.client_id ?? '')
      if (sent) this.delays.push(now - sent)
    }
  }
}

export const r5: Trial<typeof OPTIONS> = {
  title: 'one socket that stops reading',
  options: OPTIONS,
  short: { people: 8, rate: 60, size: 9_000, seconds: 4, patience: 120, timed: 0 },
  async run({ seed, people, rate, size, seconds, patience, timed }) {
    const findings = new Findings()
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off' } })
    const sockets: RawSocket[] = []
    let talk: Traffic | undefined
    try {
      await server.lightPasswords()
      const everybody = await server.api.registerAll(Array<string>(people).fill('person'))
      const room = await server.api.group(...(everybody as [Person, ...Person[]]))
      const open = async (who: Person) => {
        const socket = await RawSocket.open(`${server.api.socketUrl(`/ws/chat/${room}/`, who)}&batch=1`)
        sockets.push(socket)
        return socket
      }
      const [slow, ...others] = await Promise.all(everybody.map(open))
      const sleeper = everybody[0]?.id
      if (!slow) throw new Error('Nobody came.')
      talk = new Traffic(others, rate, size, new Random(seed))
      // The first seconds are those of a server that warms up.
      await pause(2_000)
      const measured = async (milliseconds: number) => {
        if (talk) talk.delays = []
        await pause(milliseconds)
        return typicalP99(talk?.delays ?? [], WINDOW)
      }
      const usual = await measured(seconds * 1_000)
      const memory = memoryOf(server.pid())
      slow.freeze()
      talk.delays = []
      const frozen = performance.now()
      let most = 0
      let past = 0
      let highest = memory
      const gone = await until(
        async () => {
          const waiting = (await server.waiting(room)).filter(({ user }) => user === sleeper)
          for (const { bytes } of waiting) most = Math.max(most, bytes)
          if (most >= MOST_WAITING && past === 0) past = performance.now()
          highest = Math.max(highest, memoryOf(server.pid()))
          return !waiting.some((socket) => socket.open)
        },
        patience * 1_000,
        250,
      )
      const closedAt = performance.now()
      await pause(2_000)
      const meanwhile = typicalP99(talk.delays, WINDOW)
      talk.stop()
      slow.thaw()
      const ended = gone === null ? undefined : await Promise.race([slow.closed(), pause(60_000)])
      if (gone === null) findings.fail(`Not closed after ${patience} s; ${most} bytes wait.`)
      else findings.expect('what the slow one reads at the end', ended?.code, 4408)
      const late = past === 0 ? 0 : closedAt - past
      if (late > CLOSED_WITHIN) findings.fail(`Closed ${Math.round(late)} ms after a MiB was waiting.`)
      if (most > MOST_WAITING + ONE_BATCH) findings.fail(`${most} bytes waited for one socket.`)
      if (timed && meanwhile > SLOWER * usual) findings.fail('The others noticed.')
      if (timed && highest - memory > MORE_MEMORY)
        findings.fail(`Memory grew by ${Math.round((highest - memory) / MIB)} MiB.`)
      for (const socket of others) findings.expect('another socket', socket.ended, undefined)
      Object.assign(findings.figures, {
        messages: talk.said,
        'others, p99 ms, before': round(usual),
        'others, p99 ms, meanwhile': round(meanwhile),
        'most bytes waiting': most,
        'stopped reading to closed, s': round((closedAt - frozen) / 1_000),
        'a MiB waiting to closed, s': round(late / 1_000),
        'memory grew by, MiB': round((highest - memory) / MIB),
      })
      return findings.outcome()
    } finally {
      talk?.stop()
      for (const socket of sockets) socket.destroy()
      await server.stop()
    }
  },
}
