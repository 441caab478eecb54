/** Forms that arrive in pieces. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { boundaryOf, FormProgress, formParts } from '../../src/media/multipart'
import { ChatError } from '../../src/protocol'

const BOUNDARY = 'x-----7d1'

/** `text`, one character a byte, in chunks of these lengths. */
function streamed(text: string, lengths: number[] = []): ReadableStream<Uint8Array<ArrayBuffer>> {
  const bytes = Uint8Array.from(Buffer.from(text, 'latin1'))
  return new ReadableStream({
    start(controller) {
      let at = 0
      for (const length of [...lengths, bytes.length]) {
        if (at < bytes.length) controller.enqueue(bytes.slice(at, at + length))
        at += length
      }
      controller.close()
    },
  })
}

const utf8 = (text: string) => Buffer.from(text).toString('latin1')
const part = (disposition: string, body: string) =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: a/b\r\n\r\n${body}\r\n`
const END = `--${BOUNDARY}--\r\n`

interface Read {
  name: string
  filename: string | undefined
  body: string
}

async function read(text: string, lengths?: number[], most = 1_000_000): Promise<Read[]> {
  const parts: Read[] = []
  for await (const { name, filename, body } of formParts(streamed(text, lengths), BOUNDARY, most)) {
    const pieces: Uint8Array[] = []
    for await (const piece of body) pieces.push(piece)
    parts.push({ name, filename, body: Buffer.concat(pieces).toString('latin1') })
  }
  return parts
}

const refusal = (reading: Promise<unknown>) =>
  reading.then(
    () => 'read',
    (error) => (error instanceof ChatError ? error.code : String(error)),
  )

const FORM = `${part('name="text"', 'hello')}${part('name="image"; filename="a.png"', '\r\n--x-----7d\r\n\0\xff')}${END}`

test('fields and files come in order, and what only resembles a delimiter is content', async () => {
  expect(await read(FORM)).toEqual([
    { name: 'text', filename: undefined, body: 'hello' },
    { name: 'image', filename: 'a.png', body: '\r\n--x-----7d\r\n\0\xff' },
  ])
})

test('however the network cuts a form, the same is read', async () => {
  const whole = await read(FORM)
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(cuts, async (lengths) => {
      expect(await read(FORM, lengths)).toEqual(whole)
    }),
  )
  expect(
    await read(
      FORM,
      Array.from(FORM, () => 1),
    ),
  ).toEqual(whole)
})

test('any bytes come through as they are', async () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 })
  const lengths = fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(bodies, lengths, async (sent, cuts) => {
      const texts = sent.map((body) => Buffer.from(body).toString('latin1'))
      const form = texts.map((text, place) => part(`name="f${place}"; filename="f"`, text)).join('') + END
      expect((await read(form, cuts)).map(({ body }) => body)).toEqual(texts)
    }),
  )
})

test('what the runtime makes of a form is read alike', async () => {
  const form = new FormData()
  form.append('content', 'Grüße ✓')
  form.append('image', new File(['bytes'], 'ein "Bild".png'))
  const request = new Request('http://parlour.test', { method: 'POST', body: form })
  const boundary = boundaryOf(request.headers.get('content-type') ?? '')
  const parts: unknown[] = []
  for await (const { name, filename } of formParts(request.body as never, boundary, 10_000))
    parts.push([name, filename])
  expect(parts).toEqual([
    ['content', undefined],
    ['image', 'ein "Bild".png'],
  ])
})

test.each([
  ['plain', 'filename=a.png', 'a.png'],
  ['with a quote as browsers write it', 'filename="a%22b.png"', 'a"b.png'],
  ['with a quote as others do', 'filename="a\\"b.png"', 'a"b.png'],
  ['in any script', utf8('filename="数独.png"'), '数独.png'],
  ['encoded', 'filename="x"; filename*=UTF-8\'\'%E6%95%B0.png', '数.png'],
  ['badly encoded', 'filename="x"; filename*=UTF-8\'\'%E6%9', 'x'],
  ['empty', 'filename=""', ''],
])('a name %s is understood', async (_, given, name) => {
  const [read1] = await read(`${part(`name="f"; ${given}`, '')}${END}`)
  expect(read1?.filename).toBe(name)
})

test('what nobody reads of one part does not get into the next', async () => {
  const names: string[] = []
  for await (const { name } of formParts(streamed(FORM, [50, 20]), BOUNDARY, 10_000)) names.push(name)
  for await (const { name, body } of formParts(streamed(FORM, [50, 20]), BOUNDARY, 10_000)) {
    names.push(name)
    for await (const _ of body) break
  }
  expect(names).toEqual(['text', 'image', 'text', 'image'])
})

test.each([
  ['nothing', ''],
  ['no delimiter', 'hello'],
  ['another delimiter', FORM.replaceAll(BOUNDARY, 'other')],
  ['no end', part('name="a"', 'b')],
  ['an end in the middle of a part', FORM.slice(0, -20)],
  ['a part without headers', `--${BOUNDARY}\r\n\r\nbody\r\n${END}`],
  ['a part without a name', `${part('filename="a"', 'b')}${END}`],
  ['headers without end', `--${BOUNDARY}\r\n${'x'.repeat(20_000)}`],
  ['more behind a delimiter', `--${BOUNDARY}junk\r\n\r\n${END}`],
  ['more parts than any form has', part('name="a"', 'b').repeat(1_101) + END],
])('a form with %s is malformed', async (_, form) => {
  expect(await refusal(read(form))).toBe('malformed')
})

test('a form that is ended is read no further, although its next chunk never comes', async () => {
  const progress = new FormProgress()
  let cancelled: unknown
  const stuck = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(Uint8Array.from(Buffer.from(part('name="a"', 'begun')))),
    cancel: (reason) => {
      cancelled = reason
    },
  })
  const reading = (async () => {
    for await (const { body } of formParts(stuck, BOUNDARY, 10_000, progress)) for await (const _ of body);
  })()
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(progress.received).toBe(part('name="a"', 'begun').length)
  const reason = new ChatError('unavailable')
  progress.end(reason)
  expect(await refusal(reading)).toBe('unavailable')
  expect(cancelled).toBe(reason)
})

test('nothing is read beyond the most that is allowed', async () => {
  expect(await refusal(read(FORM, [], FORM.length))).toBe('read')
  expect(await refusal(read(FORM, [], FORM.length - 1))).toBe('too_large')
  let pulled = 0
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      pulled += 1
      controller.enqueue(pulled === 1 ? Buffer.from(part('name="a"', '')) : new Uint8Array(1_000))
    },
  })
  const reading = (async () => {
    for await (const _ of formParts(endless, BOUNDARY, 100_000));
  })()
  expect(await refusal(reading)).toBe('too_large')
  expect(pulled).toBeLessThan(110)
})

test.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['multipart/form-data; charset=utf-8; boundary="a b;c"', 'a b;c'],
])('the boundary in %s is found', (type, boundary) => {
  expect(boundaryOf(type)).toBe(boundary)
})

test('a form without a boundary is malformed', async () => {
  expect(await refusal((async () => boundaryOf('multipart/form-data'))())).toBe('malformed')
})
