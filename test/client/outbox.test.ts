/** Messages leave in the order they were written, survive a reload, and are stored once, whatever gets lost on the way. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChatStorage } from '../../src/client'
import { offline } from '../../src/client/offline'
import {
  type Draft,
  entryOf,
  nextToSend,
  type Outbox,
  withAck,
  withDraft,
  withoutEntry,
  withRefusal,
  withRetry,
  withUpload,
} from '../../src/client/room/outbox'
import type { UnsentMessages } from '../../src/client/room/unsent'
import { Persisted } from '../../src/client/storage'
import { ModelRoom } from './model-room'

const ME = 1
const draftOf = (clientId: string, attachment: Draft['attachment'] = null): Draft => ({
  body: { clientId, text: `text ${clientId}` },
  attachment,
  writtenAt: '2026-11-20T12:00:00.000Z',
})

function memory() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
    items,
  }
}

type Step = 'write' | 'send' | 'send and lose the answer' | 'lose before it arrives' | 'refuse' | 'retry' | 'reload'

const steps = fc.array(
  fc.constantFrom<Step>(
    'write',
    'write',
    'send',
    'send',
    'send and lose the answer',
    'lose before it arrives',
    'refuse',
    'retry',
    'reload',
  ),
  { maxLength: 60 },
)

/** Does what `Sender` does around the pure outbox, one step at a time, with a tab that can be closed at any of them. */
class Tab {
  readonly #room: ModelRoom
  readonly #unsent: UnsentMessages
  outbox: Outbox = []

  constructor(room: ModelRoom, unsent: UnsentMessages) {
    this.#room = room
    this.#unsent = unsent
    this.outbox = unsent.of(7)
  }

  write(clientId: string): void {
    this.#change(withDraft(this.outbox, draftOf(clientId)), clientId)
  }

  send(outcome: 'answered' | 'lost after' | 'lost before' | 'refused'): string | undefined {
    const draft = nextToSend(this.outbox)
    if (!draft) return undefined
    const { clientId, text = '' } = draft.body
    if (outcome === 'refused') {
      this.#change(withRefusal(this.outbox, clientId, { code: 'forbidden', message: 'No.' }), clientId)
      return undefined
    }
    if (outcome === 'lost before') return undefined
    const id = this.#room.send(ME, text, clientId)
    if (outcome === 'lost after') return clientId
    this.#unsent.remove(clientId)
    this.outbox = withAck(this.outbox, clientId, { id, timestamp: '' })
    return clientId
  }

  retry(): void {
    const failed = this.outbox.find(({ state }) => state.status === 'failed')?.draft.body.clientId
    if (failed) this.#change(withRetry(this.outbox, failed), failed)
  }

  #change(outbox: Outbox, clientId: string): void {
    this.outbox = outbox
    const waiting = entryOf(outbox, clientId)
    if (waiting) this.#unsent.save(7, waiting)
  }
}

const persisted = (storage: ChatStorage) => new Persisted(storage, () => undefined)

describe('the outbox', () => {
  it('stores every message once, in the order of writing where none was refused', () => {
    fc.assert(
      fc.property(steps, (each) => {
        const room = new ModelRoom([ME, 2])
        const unsent = offline(persisted(memory()), () => 'unsent')
        let tab = new Tab(room, unsent)
        const writtenIds: string[] = []
        const everRefused = new Set<string>()
        for (const step of each) {
          if (step === 'write') {
            writtenIds.push(`m${writtenIds.length}`)
            tab.write(writtenIds.at(-1) as string)
          }
          if (step === 'send') tab.send('answered')
          if (step === 'send and lose the answer') tab.send('lost after')
          if (step === 'lose before it arrives') tab.send('lost before')
          if (step === 'refuse') {
            const next = nextToSend(tab.outbox)?.body.clientId
            if (next) everRefused.add(next)
            tab.send('refused')
          }
          if (step === 'retry') tab.retry()
          if (step === 'reload') tab = new Tab(room, unsent)
        }
        // In the end the network is good, and everything that failed is tried again.
        tab = new Tab(room, unsent)
        for (let left = writtenIds.length * 2; left > 0; left--) tab.retry()
        while (nextToSend(tab.outbox)) tab.send('answered')

        const stored = room.page({ limit: 1_000 }).messages.map(({ clientId }) => clientId)
        expect(stored.toSorted()).toEqual(writtenIds.toSorted())
        const inOrder = (ids: (string | null)[]) => ids.filter((id) => !everRefused.has(id ?? ''))
        expect(inOrder(stored)).toEqual(inOrder(writtenIds))
        expect(unsent.rooms()).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it('sends nothing while an earlier message is on its way', () => {
    const outbox = withDraft(withDraft([], draftOf('a')), draftOf('b'))
    expect(nextToSend(outbox)?.body.clientId).toBe('a')
    expect(nextToSend(withAck(outbox, 'a', { id: 1, timestamp: '' }))?.body.clientId).toBe('b')
  })

  it('goes on past a message that was refused, and sends it last when it is tried again', () => {
    const failed = withRefusal(withDraft(withDraft([], draftOf('a')), draftOf('b')), 'a', {
      code: 'forbidden',
      message: 'No.',
    })
    expect(nextToSend(failed)?.body.clientId).toBe('b')
    expect(withRetry(failed, 'a').map(({ draft }) => draft.body.clientId)).toEqual(['b', 'a'])
    expect(withRetry(failed, 'b')).toBe(failed)
  })

  it('believes an acknowledgement rather than a refusal that comes after it', () => {
    const sent = withAck(withDraft([], draftOf('a')), 'a', { id: 9, timestamp: 't' })
    expect(withRefusal(sent, 'a', { code: 'forbidden', message: 'No.' })).toEqual(sent)
  })

  it('names an upload once it is known, and forgets what has arrived', () => {
    const draft = draftOf('a', { kind: 'image', name: 'cat.png' })
    const ready = { ...draft, body: { ...draft.body, imageId: 'x' } }
    const outbox = withUpload(withDraft([], draft), ready)
    expect(nextToSend(outbox)).toEqual(ready)
    expect(withoutEntry(outbox, 'a')).toEqual([])
    expect(withoutEntry(outbox, 'b')).toBe(outbox)
  })
})

describe('what is kept for after a reload', () => {
  const waiting = (clientId: string) => withDraft([], draftOf(clientId))[0] as Outbox[number]

  it('is one person’s, and shared by their tabs', () => {
    const storage = memory()
    const [one, other] = [offline(persisted(storage), () => 'anna'), offline(persisted(storage), () => 'anna')]
    one.save(1, waiting('a'))
    other.save(2, waiting('b'))
    one.save(1, waiting('c'))
    other.remove('a')
    expect(one.rooms()).toEqual([2, 1])
    expect(one.of(1).map(({ draft }) => draft.body.clientId)).toEqual(['c'])
    expect(offline(persisted(storage), () => 'bert').rooms()).toEqual([])
  })

  it('is nothing while nobody is known to be signed in, and leaves no empty list behind', () => {
    const storage = memory()
    const nobody = offline(persisted(storage), () => undefined)
    nobody.save(1, waiting('a'))
    expect(nobody.rooms()).toEqual([])
    const anna = offline(persisted(storage), () => 'anna')
    anna.save(1, waiting('a'))
    expect(storage.items.size).toBe(1)
    anna.remove('a')
    expect(storage.items.size).toBe(0)
  })

  it('does without where storage is full', () => {
    const full = {
      ...memory(),
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    expect(() => offline(persisted(full), () => 'anna').save(1, waiting('a'))).not.toThrow()
  })
})
