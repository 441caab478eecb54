/** The handlers of the commands of `/ws/chat/{id}/`. A command without a handler does not compile. */
import { COSTS } from '../../actor/budget/costs'
import type { Dialect, FrameRates, Handlers, RawFrame } from '../../actor/sockets/receive'
import { ChatError, jsonBytes, LIMITS, type RateName, type Ref, RoomUp, unwrap } from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { RoomConnection, RoomSocketData, RoomSockets } from '../outbound/room-sockets'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { Timeline } from '../store/timeline'
import type { Admission } from '../usecases/admission'
import { textWork } from '../usecases/message-work'
import type { Messages } from '../usecases/messages'
import type { Reactions } from '../usecases/reactions'
import type { Receipts } from '../usecases/receipts'
import { plainFrame } from './plain-frames'
import type { Typing } from './typing'

/** The rate class of each command. */
export const ROOM_RATES: FrameRates<RoomUp, 'type'> = {
  send_message: 'send',
  edit_message: 'send',
  delete_message: 'write',
  react: 'react',
  unreact: 'react',
  typing: 'typing',
  stop_typing: 'typing',
  signal: 'signal',
  read_message: 'receipt',
  delivered: 'receipt',
}

export interface FrameParts {
  timeline: Timeline
  admission: Admission
  messages: Messages
  reactions: Reactions
  receipts: Receipts
  typing: Typing
  publisher: Publisher
  sockets: RoomSockets
  sidebars: SidebarPush
}

export function roomDialect({
  timeline,
  admission,
  messages,
  reactions,
  receipts,
  typing,
  publisher,
  sockets,
  sidebars,
}: FrameParts): Dialect<RoomUp, 'type', RoomSocketData> {
  /** The sender of a command receives its event. `done` is sent only for a command with a `ref`. */
  const done = (from: RoomConnection, ref: Ref | undefined) => {
    if (ref !== undefined) sockets.send(from, { type: 'done', ref })
  }

  /** Gives the act back when the command changed nothing. */
  const changing = (from: RoomConnection, rate: RateName, act: () => unknown) => {
    const { seq } = timeline
    act()
    if (timeline.seq === seq) sockets.leases.giveBack(from.userId, rate)
  }

  const stopTyping = (from: RoomConnection) => {
    if (typing.stop(from.userId)) publisher.typing('stop_typing', from.userId)
  }

  /** A move with a `ref` is written before it is answered; others may wait. */
  const move = (from: RoomConnection, id: number, cursor: 'read' | 'delivered', ref: Ref | undefined) => {
    unwrap(receipts.move(from.state.caller, id, cursor, ref !== undefined))
    done(from, ref)
  }

  const handlers: Handlers<RoomUp, 'type', RoomSocketData> = {
    send_message: (frame, from) => {
      changing(from, 'send', () => unwrap(messages.post(from.state.caller, frame, from, frame.ref)))
      stopTyping(from)
    },
    edit_message: (frame, from) => {
      unwrap(messages.edit(from.state.caller, frame.message_id, frame))
      done(from, frame.ref)
    },
    delete_message: (frame, from) => {
      unwrap(messages.deleteMessage(from.state.caller, frame.message_id))
      done(from, frame.ref)
    },
    react: (frame, from) => {
      changing(from, 'react', () => unwrap(reactions.set(from.state.caller, frame.message_id, frame.emoji, true)))
      done(from, frame.ref)
    },
    unreact: (frame, from) => {
      changing(from, 'react', () => unwrap(reactions.set(from.state.caller, frame.message_id, frame.emoji, false)))
      done(from, frame.ref)
    },
    typing: (frame, from) => {
      unwrap(admission.admit(from.state.caller))
      if (admission.isBlocked) throw new ChatError('blocked')
      typing.start(from, () => {
        if (admission.isBlocked) return
        publisher.typing('typing', from.userId)
        sockets.leases.charge(from.userId, sidebars.typing(from.userId) * COSTS.call)
      })
      done(from, frame.ref)
    },
    stop_typing: (frame, from) => {
      stopTyping(from)
      done(from, frame.ref)
    },
    signal: (frame, from) => {
      unwrap(admission.admit(from.state.caller))
      if (admission.isBlocked) throw new ChatError('blocked')
      if (jsonBytes(frame.data) > LIMITS.signalBytes) {
        throw new ChatError('too_large', { detail: `data: at most ${LIMITS.signalBytes} bytes of JSON.` })
      }
      publisher.signal(from.userId, frame.name, frame.data)
      done(from, frame.ref)
    },
    read_message: (frame, from) => move(from, frame.message_id, 'read', frame.ref),
    delivered: (frame, from) => move(from, frame.message_id, 'delivered', frame.ref),
  }

  return {
    schema: RoomUp,
    name: 'type',
    handlers,
    rates: ROOM_RATES,
    plain: plainFrame,
    workOf: (frame) => ('content' in frame ? textWork(frame.content ?? '') : 0),
    expand: expandShortForm,
    isRepeat: (frame, from) => {
      if (frame.type === 'send_message') return messages.isRepeat(from.userId, frame)
      const reacts = frame.type === 'react' || frame.type === 'unreact'
      return reacts && reactions.isRepeat(from.state.caller, frame.message_id, frame.emoji, frame.type === 'react')
    },
    prepare: (frame, from) => (frame.type === 'send_message' ? messages.reserve(from.state.caller, frame) : undefined),
  }
}

/** Older clients send `{"message":"text"}`. */
function expandShortForm(frame: RawFrame): RawFrame {
  if (frame.type !== undefined || typeof frame.message !== 'string') return frame
  return { type: 'send_message', content: frame.message, ...(frame.ref === undefined ? {} : { ref: frame.ref }) }
}
