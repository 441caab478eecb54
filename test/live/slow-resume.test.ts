/** Coming back over a slow line, to a room in which more was said than may wait for one socket. */
import { expect, it } from 'vitest'
import { ApiClient } from '../../lab/harness/api-client.ts'
import { RawSocket } from '../../lab/harness/raw-socket.ts'
import { startServer } from './server.ts'

/** Some 20 MB in all: the system takes up to ten itself before anything waits at the server, where one may wait. */
const MESSAGES = 1_000
const CONTENT = 'ß'.repeat(10_000)
/** How much the line takes at a time, in bytes, and how long it then rests, in milliseconds. */
const SIP = 256 * 1024
const PAUSE = 50

it('[R29] a slow line gets all of a long resume, in order, and is not closed for what it has yet to take', async () => {
  const server = await startServer({ vars: { RATE_LIMITS: 'off' } })
  const api = new ApiClient(server.url)
  const [ada, bob] = await api.registerAll(['ada', 'bob'])
  const room = await api.group(ada, bob)
  for (let said = 0; said < MESSAGES; said += 20) {
    const send = () => api.send(ada, room, CONTENT)
    await Promise.all(Array.from({ length: 20 }, send))
  }

  const line = await RawSocket.open(`${api.socketUrl(`/ws/chat/${room}/`, bob)}&after=0`)
  const heard: number[] = []
  let taken = 0
  const ready = new Promise<void>((resolve) => {
    line.onText = (text) => {
      const frame = JSON.parse(text)
      if (frame.type === 'new_message') heard.push(frame.seq)
      if (frame.type === 'ready') resolve()
      if (line.received - taken < SIP) return
      taken = line.received
      line.freeze()
      setTimeout(() => line.thaw(), PAUSE)
    }
  })
  await Promise.race([ready, line.closed()])
  expect(line.ended).toBeUndefined()
  expect(heard).toHaveLength(MESSAGES)
  expect(heard).toEqual([...heard].sort((a, b) => a - b))
  line.destroy()
})
