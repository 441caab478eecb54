/**
 * R15: the directory does not answer for longer than D1's longest known silence. People go on talking, lose their sockets and come
 * back, read lists, pages and notifications. Sessions that ended before stay refused, on every way in.
 */
import type { Person } from '../../harness/api-client.ts'
import { startLabServer } from '../../harness/server.ts'
import { percentile, round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { pause } from '../../harness/waiting.ts'
import { Bystanders } from './bystanders.ts'

/** Milliseconds of silence. */
const OPTIONS = { silence: 80_000 }
/** People who read and reconnect, and milliseconds between two rounds of each. */
const READERS = 6
const EVERY = 500
/** Milliseconds in which each of them is served, with what a busy machine adds. */
const SERVED_WITHIN = 2_500

export const r15: Trial<typeof OPTIONS> = {
  title: 'a silent directory',
  options: OPTIONS,
  short: { silence: 6_000 },
  async run({ seed, silence }) {
    const findings = new Findings()
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off', FAULTS: 'on' } })
    const { api } = server
    try {
      await server.lightPasswords()
      const people = await api.registerAll(Array<string>(READERS).fill('reader'))
      const room = await api.group(...(people as [Person, ...Person[]]))
      const [first] = people as [Person]
      await api.send(first, room, 'before the silence')
      const ended = await Promise.all(people.map((who) => api.signIn(who)))
      const paths = ['/api/chatrooms/', `/api/chatrooms/${room}/messages/`, '/api/notifications/']
      const sockets: [string, string][] = [
        [`/ws/chat/${room}/`, 'ready'],
        ['/ws/sidebar/', 'snapshot'],
        ['/ws/notifications/', 'notification_list'],
      ]
      const took: number[] = []
      /** Opens a socket until its first event. @returns 101, or the refusal's status */
      const opened = async ([path, event]: [string, string], who: Person): Promise<number> => {
        const { promise, resolve } = Promise.withResolvers<number>()
        const url = new URL(`${server.socketUrl}${path}?token=${who.access}`)
        const socket = new WebSocket(url)
        socket.addEventListener('message', ({ data }) => String(data).includes(`"${event}"`) && resolve(101))
        socket.addEventListener('error', () => resolve(401))
        const status = await Promise.race([promise, pause(20_000).then(() => 0)])
        socket.close()
        return status
      }
      const served = async (what: string, right: number, work: () => Promise<number>) => {
        const began = performance.now()
        findings.expect(what, await work(), right)
        took.push(performance.now() - began)
        findings.count(right < 400 ? 'served' : 'refused')
      }
      const everyWayIn = async (who: Person, right: 'in' | 'out') => {
        for (const path of paths) {
          const status = right === 'in' ? 200 : 401
          await served(`GET ${path}`, status, async () => (await api.ask('GET', path, who)).status)
        }
        for (const socket of sockets) {
          await served(socket[0], right === 'in' ? 101 : 401, () => opened(socket, who))
        }
      }
      for (const who of ended) await everyWayIn(who, 'in')
      for (const { refresh } of ended) await api.call('POST', '/api/logout/', { body: { refresh } })
      const bystanders = await Bystanders.start(server)
      await server.directoryLoad()
      took.length = 0

      await server.fail(seed, { directory: { stalled: true } })
      const over = performance.now() + silence
      let said = 0
      const lane = async (who: Person, device: Person) => {
        while (performance.now() < over) {
          await everyWayIn(who, 'in')
          const body = { content: `in the silence ${said++}` }
          const path = `/api/chatrooms/${room}/messages/`
          await served(
            `POST ${path}`,
            201,
            async () => (await api.ask('POST', path, { access: who.access, body })).status,
          )
          await everyWayIn(device, 'out')
          await pause(EVERY)
        }
      }
      await Promise.all(people.map((who, index) => lane(who, ended[index] as Person)))
      // What needs the directory says so, and proves that it was silent.
      const { status } = await api.ask('GET', '/api/users/', first)
      findings.expect('a list of people in the silence', status, 503)
      await server.fail(seed, {})
      findings.figures['slowest answer, s'] = round(percentile(took, 1) / 1_000)
      if (percentile(took, 0.99) > SERVED_WITHIN)
        findings.fail(`1 of 100 took ${Math.round(percentile(took, 0.99))} ms`)
      const { said: talked, lost } = await bystanders.end()
      findings.figures['said by those who talked'] = talked
      findings.expect('messages that those who talked lost', lost, 0)
      findings.figures['questions to the directory'] = (await server.directoryLoad()).asked
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}
