/** The five states of a connection: every cell of the table. */
import { describe, expect, it } from 'vitest'
import {
  type ConnectionState,
  closeReasonOf,
  combinedState,
  NOT_OPENED,
  type Signal,
  transition,
} from '../../src/client/connection/state'
import { noAnswer } from '../../src/client/error'

const error = noAnswer()

const STATES: ConnectionState[] = [
  { status: 'connecting' },
  { status: 'online' },
  { status: 'reconnecting', retryInMs: 700, error },
  { status: 'closed', reason: 'removed', error: null },
  { status: 'idle' },
]
const SIGNALS: Signal[] = [
  { type: 'start' },
  { type: 'synced' },
  { type: 'lost', retryInMs: 1_200, error },
  { type: 'end', reason: 'gone' },
]

const word = (state: ConnectionState): string =>
  state.status === 'reconnecting'
    ? `reconnecting(${state.retryInMs})`
    : state.status === 'closed'
      ? `closed(${state.reason})`
      : state.status

describe('the table of states', () => {
  it('says what it has always said', () => {
    const table = STATES.map((state) => [word(state), ...SIGNALS.map((signal) => word(transition(state, signal)))])
    expect(table).toEqual([
      // in state, on start, on synced, on lost, on end
      ['connecting', 'connecting', 'online', 'reconnecting(1200)', 'closed(gone)'],
      ['online', 'online', 'online', 'reconnecting(1200)', 'closed(gone)'],
      ['reconnecting(700)', 'connecting', 'online', 'reconnecting(1200)', 'closed(gone)'],
      ['closed(removed)', 'connecting', 'closed(removed)', 'closed(removed)', 'closed(removed)'],
      ['idle', 'connecting', 'idle', 'idle', 'closed(gone)'],
    ])
  })
})

describe('an end without a reason', () => {
  it('leaves the connection as if it had never been opened', () => {
    expect(transition({ status: 'online' }, { type: 'end' })).toBe(NOT_OPENED)
  })
})

describe('a close code', () => {
  it.each([
    [4400, 'refused'],
    [4403, 'removed'],
    [4404, 'gone'],
    [4429, 'too-many'],
  ])('%i ends the connection: %s', (code, reason) => {
    expect(closeReasonOf(code)).toBe(reason)
  })

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 4401, 4408, 4999])('%i is followed by another attempt', (code) => {
    expect(closeReasonOf(code)).toBeUndefined()
  })
})

describe('the state of several connections', () => {
  const [connecting, online, reconnecting, removed] = STATES as [
    ConnectionState,
    ConnectionState,
    ConnectionState,
    ConnectionState,
  ]
  const signedOut: ConnectionState = { status: 'closed', reason: 'signed-out', error: null }

  it.each([
    ['nothing was opened', [NOT_OPENED, NOT_OPENED], NOT_OPENED],
    ['all are online', [online, online], online],
    ['one is not there yet', [online, connecting], connecting],
    ['one was lost', [connecting, reconnecting, online], reconnecting],
    ['one room is closed to me', [online, removed], online],
    ['all were closed', [NOT_OPENED, removed], removed],
    ['nobody is signed in', [online, signedOut], signedOut],
  ])('is the worst that counts when %s', (_, states, expected) => {
    expect(combinedState(states)).toEqual(expected)
  })
})
