/** Makes malformed frames. The server must obey none of them and answer each. */
import type { Random } from '../../harness/random.ts'
import type { RawSocket } from '../../harness/raw-socket.ts'

/** Sends one frame that must be refused. */
export type Malform = (random: Random, to: RawSocket) => void

const COMMANDS = [
  'send_message',
  'edit_message',
  'delete_message',
  'read_message',
  'delivered',
  'mark_read',
  'get_snapshot',
]

/** What never is the value of a field that must be there. */
const WRONG: ((random: Random) => string)[] = [
  () => 'null',
  () => '[]',
  () => '{"a":1}',
  () => 'true',
  () => '-1e308',
  () => '1e400',
  (random) => `${random.between(1, 9)}${'0'.repeat(400)}`,
  () => '1.5',
  () => '-0',
  () => '{"toString":"x","__proto__":{"id":1}}',
  () => '9007199254740993',
]

/** A frame whose every field is wrong, so that it is wrong whatever its command wants. */
function wrongTypes(random: Random): string {
  const wrong = () => random.pick(WRONG)(random)
  const type = JSON.stringify(random.pick(COMMANDS))
  return `{"type":${type},"action":${type},"content":${wrong()},"client_id":{"a":1},"message_id":{"b":${wrong()}},"image_id":[${wrong()}],"notification_id":[],"ref":{"c":1},"message":${wrong()},"limit":"x"}`
}

export const MALFORMED: Record<string, Malform> = {
  'no JSON': (random, to) =>
    to.send(
      random.pick([
        '',
        '{',
        '{"type":',
        'null',
        '[]',
        '"send_message"',
        '42',
        'NaN',
        '{"type":"send_message",}',
        '\u0000',
        "{'type':1}",
      ]),
    ),
  'cut short': (random, to) => {
    const whole = '{"type":"send_message","content":"hello","client_id":"c"}'
    to.send(whole.slice(0, random.between(0, whole.length - 1)))
  },
  'ten thousand deep': (random, to) => {
    const depth = random.between(1_000, 10_000)
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
    to.send(`{"type":"send_message","content":${open.repeat(depth)}1${close.repeat(depth)}}`)
  },
  'wrong types': (random, to) => to.send(wrongTypes(random)),
  'unknown command': (random, to) =>
    to.send(
      JSON.stringify({
        type: random.pick(['constructor', '__proto__', 'toString', 'admin', '', 'SEND_MESSAGE', 'ping']),
      }),
    ),
  'no command': (random, to) =>
    to.send(JSON.stringify({ message_id: random.between(1, 9), type: random.pick([null, 1, [], {}]) })),
  'huge numbers': (random, to) =>
    to.send(
      `{"type":"read_message","action":"mark_read","message_id":${random.pick(WRONG.slice(4, 8))(random)},"notification_id":1e999}`,
    ),
  'lone surrogates': (random, to) =>
    to.send(`{"type":"\\ud800${random.between(0, 9)}","content":"\\udfff\\ud800","client_id":"\\ud83d"}`),
  'invalid UTF-8': (random, to) => {
    const bad = random.pick([[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0x80]])
    to.sendAsText(Buffer.concat([Buffer.from('{"type":"'), Buffer.from(bad), Buffer.from('"}')]))
  },
  binary: (random, to) =>
    to.send(Buffer.from(Array.from({ length: random.between(0, 64) }, () => random.between(0, 255)))),
  '64 KiB and one byte': (_, to) => {
    const frame = '{"type":"send_message","client_id":"big","content":""}'
    to.send(frame.replace('""}', `"${'x'.repeat(64 * 1024 + 1 - frame.length)}"}`))
  },
}
