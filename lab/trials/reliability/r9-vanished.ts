/**
 * R9: people who vanish without closing anything. One device is frozen, one sits behind a network that has become a black
 * hole, and one was cut off when the whole server was killed; a healthy one stays beside them. A friend who has their list
 * open must see the three go within a minute and the fourth stay, and no queue may grow for those who do not read.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { projectNode } from '../../../scripts/wrangler.mjs'
import type { Person } from '../../harness/api-client.ts'
import { Random } from '../../harness/random.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import { type LabServer, startLabServer } from '../../harness/server.ts'
import { round } from '../../harness/statistics.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'
import { startBlackHole } from './black-hole.ts'

/** `silence`: how long the server lets a socket say nothing, in milliseconds; its own figure is 45 s. */
const OPTIONS = { silence: 45_000 }

const DEVICE = fileURLToPath(new URL('./device.ts', import.meta.url))
/** The SDK's interval, for a silence of 45 s. */
const PING_OF_SILENCE = 25 / 45
/** The gate, in milliseconds, whatever the silence: a busy machine may add to the silence and to the grace of 8 s. */
const WITHIN = 60_000
const MOST_WAITING = 1.25 * 1024 * 1024
const TALK_EVERY = 100
const TEXT = 'nobody there to read this '.repeat(40)

type Paths = readonly string[]

const everywhere = (room: number): Paths => [`/ws/chat/${room}/`, '/ws/sidebar/', '/ws/notifications/']

/** A device of somebody, as a process. */
async function deviceOf(who: Person, socketUrl: string, paths: Paths, every: number): Promise<ChildProcess> {
  const urls = paths.map((each) => `${socketUrl}${each}?token=${encodeURIComponent(who.access)}`)
  const child = spawn(projectNode(), ['--no-warnings', DEVICE, String(every), ...urls], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve())
    child.once('exit', () => reject(new Error('The device could not open its sockets.')))
  })
  return child
}

/** Whether somebody is shown as online to a viewer. */
const isShown = async ({ api }: LabServer, { id }: Person, { access }: Person): Promise<boolean> =>
  (await api.call('GET', `/api/users/${id}/`, { access })).online_status

/** The friend's open list: who is shown there, by what it is told. */
class PresenceWatch {
  readonly gone = new Map<number, number>()
  readonly socket: RawSocket

  constructor(socket: RawSocket) {
    this.socket = socket
    socket.onText = (text) => {
      const event = JSON.parse(text) as { type: string; user_id: number; online: boolean }
      if (event.type !== 'presence') return
      if (event.online) this.gone.delete(event.user_id)
      else this.gone.set(event.user_id, performance.now())
    }
  }

  static async of(server: LabServer, who: Person): Promise<PresenceWatch> {
    return new PresenceWatch(await RawSocket.open(server.api.socketUrl('/ws/sidebar/', who)))
  }
}

export const r9: Trial<typeof OPTIONS> = {
  title: 'devices that vanish without closing anything',
  options: OPTIONS,
  short: { silence: 6_000 },
  async run({ seed, silence }) {
    const findings = new Findings()
    const random = new Random(seed)
    const server = await startLabServer({ vars: { RATE_LIMITS: 'off' } })
    const every = Math.round(silence * PING_OF_SILENCE)
    const children: ChildProcess[] = []
    const way = await startBlackHole(server.url)
    let timer: NodeJS.Timeout | undefined
    try {
      await server.lightPasswords()
      await server.allowSilence(silence)
      const { api } = server
      const names = ['friend', 'frozen', 'swallowed', 'healthy', 'crashed', 'late'] as const
      const [friend, frozen, swallowed, healthy, crashed, late] = await api.registerAll(names)
      const rooms = new Map<number, number>()
      for (const each of [frozen, swallowed, healthy]) rooms.set(each.id, await api.direct(friend, each))
      const roomWithCrashed = await api.direct(late, crashed)
      const roomOf = (who: Person) => rooms.get(who.id) ?? 0
      const watch = await PresenceWatch.of(server, friend)
      const ice = await deviceOf(frozen, server.socketUrl, everywhere(roomOf(frozen)), every)
      children.push(ice, await deviceOf(swallowed, way.socketUrl, everywhere(roomOf(swallowed)), every))
      children.push(await deviceOf(healthy, server.socketUrl, everywhere(roomOf(healthy)), every))
      const online = (who: Person, viewer: Person) => isShown(server, who, viewer)
      for (const who of [frozen, swallowed, healthy]) {
        if ((await until(() => online(who, friend), WITHIN, 100)) === null)
          findings.fail(`${who.username} never came online`)
      }
      const talking = await Promise.all(
        [...rooms.values()].map((room) => RawSocket.open(server.api.socketUrl(`/ws/chat/${room}/`, friend))),
      )
      // Everybody has been looked after once or more, and is still there.
      await pause(silence + random.between(0, every))
      for (const who of [frozen, swallowed, healthy])
        findings.expect(`${who.username} before`, await online(who, friend), true)
      ice.kill('SIGSTOP')
      way.swallow()
      const vanished = performance.now()
      timer = setInterval(() => {
        for (const socket of talking) socket.send(JSON.stringify({ type: 'send_message', content: TEXT }))
      }, TALK_EVERY)
      let most = 0
      const seen = await until(
        async () => {
          for (const room of rooms.values())
            for (const { bytes } of await server.waiting(room)) most = Math.max(most, bytes)
          return [frozen, swallowed].every((who) => watch.gone.has(who.id))
        },
        WITHIN,
        250,
      )
      clearInterval(timer)
      for (const who of [frozen, swallowed]) {
        const at = watch.gone.get(who.id)
        if (at === undefined) findings.fail(`${who.username} was still shown after ${WITHIN / 1_000} s`)
        else findings.figures[`${who.username}: gone after, s`] = round((at - vanished) / 1_000)
        findings.expect(`${who.username} after`, await online(who, friend), seen === null)
        const open = (await server.waiting(roomOf(who))).filter((socket) => socket.open && socket.user === who.id)
        if (seen !== null) findings.expect(`sockets of ${who.username} in the room`, open, [])
      }
      if (most > MOST_WAITING) findings.fail(`${most} bytes waited for one socket.`)
      findings.figures['most bytes waiting'] = most
      findings.expect('the healthy one', [await online(healthy, friend), watch.gone.has(healthy.id)], [true, false])
      await crash(server, { crashed, late, room: roomWithCrashed, silence, every, children }, findings)
      return findings.outcome()
    } finally {
      clearInterval(timer)
      for (const child of children) child.kill('SIGKILL')
      way.close()
      await server.stop()
    }
  },
}

/** Somebody who is online alone when the whole server is killed, and whom a friend looks for afterwards. */
async function crash(
  server: LabServer,
  {
    crashed,
    late,
    room,
    silence,
    every,
    children,
  }: Record<'crashed' | 'late', Person> & Record<'room' | 'silence' | 'every', number> & { children: ChildProcess[] },
  findings: Findings,
): Promise<void> {
  const device = await deviceOf(crashed, server.socketUrl, everywhere(room), every)
  children.push(device)
  const shown = () => isShown(server, crashed, late)
  if ((await until(shown, 10_000, 100)) === null) findings.fail('Whoever is to be cut off never came online')
  device.kill('SIGKILL')
  await server.kill()
  await server.restart()
  await server.allowSilence(silence)
  findings.figures['shown after the crash'] = Number(await shown())
  const watch = await PresenceWatch.of(server, late)
  const gone = await until(async () => !(await shown()), WITHIN, 200)
  if (gone === null) findings.fail('Whoever a crash cut off is shown for ever')
  else findings.figures['cut off: gone after somebody looks, s'] = round(gone / 1_000)
  watch.socket.destroy()
}
