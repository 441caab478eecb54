/** The short way of reading a frame comes to the same as the schema, or leaves the frame to it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIMITS, RoomUp } from '../../src/protocol'
import { plainFrame } from '../../src/room/sockets/plain-frames'

const long = 'x'.repeat(LIMITS.messageLength)
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '   ',
    '\u00a0tea\u2003',
    long,
    ` ${long} `,
    `${long}x`,
    'x'.repeat(64),
    'x'.repeat(65),
    '\ud800',
  ),
)
const anything = fc.oneof(text, text, fc.jsonValue(), fc.double(), fc.constant(undefined))
const key = fc.oneof(
  fc.constantFrom('client_id', 'ref', 'content', 'image_id', 'reply_to', 'image_alt', 'file_id', '__proto__'),
  fc.string(),
)
/** As it comes out of the parser: also with a key that only the parser can make. */
const frame = fc
  .tuple(
    fc.constantFrom('send_message', 'send_message', 'typing', 'nonsense'),
    text,
    fc.array(fc.tuple(key, anything), { maxLength: 4 }),
  )
  .map(([type, content, more]) => {
    const pairs = [['type', type], ['content', content], ...more].filter(([, value]) => value !== undefined)
    const json = pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')
    return JSON.parse(`{${json}}`) as Record<string, unknown>
  })

test('whatever it reads, the schema reads the same', () => {
  let read = 0
  fc.assert(
    fc.property(frame, (raw) => {
      const plain = plainFrame(raw)
      if (plain === undefined) return
      read += 1
      expect(plain).toEqual(RoomUp.parse(raw))
    }),
    { numRuns: 3_000 },
  )
  // It must have had something to say.
  expect(read).toBeGreaterThan(300)
})

test('it reads what everybody sends, and leaves alone what it does not know', () => {
  const said = { type: 'send_message', content: ' tea? ', client_id: 'a-1', ref: 'r' }
  expect(plainFrame(said)).toEqual({ ...said, content: 'tea?' })
  for (const unusual of [{ reply_to: 3 }, { image_id: 'x' }, { unknown: 1 }, { client_id: '' }, { ref: 7 }]) {
    expect(plainFrame({ ...said, ...unusual })).toBeUndefined()
  }
})
