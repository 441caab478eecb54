/** What goes out by a room's socket: answered, refused, lost, and said again. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChatError } from '../../src/client'
import { RoomSocket } from '../../src/client/room/socket'
import type { RoomDown } from '../../src/protocol'
import { Wire } from './wire'

const credentials = { token: async () => 'token', renew: async () => 'token' }
const READY: RoomDown = { type: 'ready', seq: 9, room: 7, you: 1, online: [], cursors: [] }
const draft = { clientId: 'c1', text: 'hello' }

let heard: string[]

function linkOf() {
  const network = { socketUrl: 'wss://parlour.test', WebSocket: Wire, credentials }
  return new RoomSocket(7, network, {
    seq: () => 9,
    receive: ({ type }) => void heard.push(type),
    changed: () => undefined,
    prepare: () => undefined,
  })
}

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms)
const said = () => Wire.last.sent.filter((text) => text !== 'ping').map((text) => JSON.parse(text))
const thrown = (work: Promise<unknown>) => work.catch((error: ChatError) => error) as Promise<ChatError>

async function greet(): Promise<void> {
  await pass(2_000)
  Wire.last.opens()
  Wire.last.says(READY)
}

async function live(): Promise<RoomSocket> {
  const link = linkOf()
  link.open()
  await greet()
  return link
}

beforeEach(() => {
  vi.useFakeTimers()
  Wire.all = []
  heard = []
})

afterEach(() => vi.useRealTimers())

describe('a message', () => {
  it('is sent with its name as ref, and settled by its acknowledgement', async () => {
    const link = await live()
    const stored = link.transmit(draft)
    await pass()
    expect(said()).toEqual([{ type: 'send_message', ref: 'c1', client_id: 'c1', content: 'hello' }])
    Wire.last.says([
      { type: 'message.ack', client_id: 'other', id: 3 },
      { type: 'message.ack', client_id: 'c1', id: 4, seq: 4, timestamp: 't' },
    ])
    expect(await stored).toMatchObject({ id: 4, timestamp: 't' })
    expect(heard).toEqual(['ready', 'message.ack', 'message.ack'])
  })

  it('that the room refuses fails with its code, which is not tried again', async () => {
    const link = await live()
    const refused = thrown(link.transmit(draft))
    await pass()
    const status = 400
    Wire.last.says({ type: 'error', code: 'empty_message', detail: 'A message needs text.', status, ref: 'c1' })
    expect(await refused).toMatchObject({
      code: 'empty_message',
      message: 'A message needs text.',
      status,
      retryable: false,
    })
  })

  it.each([
    ['the connection is lost', () => Wire.last.ends(1006)],
    ['nobody answers for 15 seconds', () => pass(15_000)],
  ])('is to be sent again when %s', async (_, happen) => {
    const link = await live()
    const lost = thrown(link.transmit(draft))
    await pass()
    await happen()
    expect(await lost).toMatchObject({ code: 'no_answer', retryable: true })
  })

  it('fails at once while there is no socket: the room sends it by REST', async () => {
    expect(await thrown(linkOf().transmit(draft))).toMatchObject({ code: 'no_answer', retryable: true })
  })
})

describe('how far I have come', () => {
  it('is told at once when read, within a second when received, and only if it is further', async () => {
    const link = await live()
    link.received(3)
    link.received(5)
    link.received(4)
    expect(said()).toEqual([])
    await pass(1_000)
    expect(said()).toEqual([{ type: 'delivered', message_id: 5 }])
    link.read(6)
    link.read(2)
    // What has been read has been received.
    link.received(6)
    await pass(1_000)
    expect(said().slice(1)).toEqual([{ type: 'read_message', message_id: 6 }])
  })

  it('is told when there is a connection again, also if it had been told to the lost one', async () => {
    const link = await live()
    link.read(6)
    expect(said()).toEqual([{ type: 'read_message', message_id: 6 }])
    Wire.last.ends(1006)
    link.received(8)
    await greet()
    expect(Wire.all).toHaveLength(2)
    expect(said()).toEqual([
      { type: 'read_message', message_id: 6 },
      { type: 'delivered', message_id: 8 },
    ])
  })
})
