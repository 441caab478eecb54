/** What each command of `/ws/chat/{id}/` does. A command without an entry does not compile. */
import { COSTS } from '../../actor/budget/costs'
import type { Dialect, FrameRates, Handlers, RawFrame } from '../../actor/sockets/receive'
import type { Connection } from '../../actor/sockets/sockets'
import { ChatError, type RateName, type Ref, RoomUp, unwrap } from '../../protocol'
import { type RoomContext, type RoomSocketData, textWork } from '../context'
import type { Messages } from '../usecases/messages'
import type { Reactions } from '../usecases/reactions'
import { plainFrame } from './plain-frames'
import type { Typing } from './typing'

type RoomHandlers = Handlers<RoomUp, 'type', RoomSocketData>

/** What each command is counted as. */
export const ROOM_RATES: FrameRates<RoomUp, 'type'> = {
  send_message: 'send',
  edit_message: 'send',
  delete_message: 'write',
  react: 'react',
  unreact: 'react',
  typing: 'typing',
  stop_typing: 'typing',
  read_message: 'receipt',
  delivered: 'receipt',
}

export function roomDialect(
  context: RoomContext,
  conversation: Messages,
  reacting: Reactions,
  typing: Typing,
): Dialect<RoomUp, 'type', RoomSocketData> {
  /** A command whose effect is told to everybody is answered to its sender only when they gave it a `ref`. */
  const done = (from: Connection<RoomSocketData>, ref: Ref | undefined) => {
    if (ref !== undefined) context.sockets.send(from, { type: 'done', ref })
  }

  /** What changed nothing does not count. */
  const changing = (from: Connection<RoomSocketData>, rate: RateName, act: () => unknown) => {
    const { seq } = context.timeline
    act()
    if (context.timeline.seq === seq) context.sockets.leases.giveBack(from.userId, rate)
  }

  const handlers: RoomHandlers = {
    send_message: (frame, from) => {
      changing(from, 'send', () => unwrap(conversation.post(from.state.caller, frame, from, frame.ref)))
      if (typing.stop(from.userId)) context.publishTyping('stop_typing', from.userId)
    },
    edit_message: (frame, from) => {
      unwrap(conversation.edit(from.state.caller, frame.message_id, frame))
      done(from, frame.ref)
    },
    delete_message: (frame, from) => {
      unwrap(conversation.deleteMessage(from.state.caller, frame.message_id))
      done(from, frame.ref)
    },
    react: (frame, from) => {
      changing(from, 'react', () => unwrap(reacting.set(from.state.caller, frame.message_id, frame.emoji, true)))
      done(from, frame.ref)
    },
    unreact: (frame, from) => {
      changing(from, 'react', () => unwrap(reacting.set(from.state.caller, frame.message_id, frame.emoji, false)))
      done(from, frame.ref)
    },
    typing: (frame, from) => {
      unwrap(context.admit(from.state.caller))
      if (context.isBlocked) throw new ChatError('blocked')
      typing.start(from, () => {
        if (context.isBlocked) return
        context.publishTyping('typing', from.userId)
        const { blocks, sidebars, sockets } = context
        const told = sidebars.typing(context.id, from.userId, blocks.of(from.userId))
        sockets.leases.charge(from.userId, told * COSTS.call)
      })
      done(from, frame.ref)
    },
    stop_typing: (frame, from) => {
      if (typing.stop(from.userId)) context.publishTyping('stop_typing', from.userId)
      done(from, frame.ref)
    },
    read_message: (frame, from) => {
      unwrap(conversation.get(from.state.caller, frame.message_id))
      moved(from, { read: frame.message_id }, frame.ref)
    },
    delivered: (frame, from) => {
      unwrap(conversation.get(from.state.caller, frame.message_id))
      moved(from, { delivered: frame.message_id }, frame.ref)
    },
  }

  /** A move that asks for an answer is written before it is answered; others may wait for the next second. */
  function moved(from: Connection<RoomSocketData>, move: { read?: number; delivered?: number }, ref: Ref | undefined) {
    if (ref === undefined) return conversation.cursors.move(from.userId, move)
    conversation.cursors.moveNow(from.userId, move)
    done(from, ref)
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
      if (frame.type === 'send_message') return conversation.isRepeat(from.userId, frame)
      const reacts = frame.type === 'react' || frame.type === 'unreact'
      return reacts && reacting.isRepeat(from.state.caller, frame.message_id, frame.emoji, frame.type === 'react')
    },
    prepare: (frame, from) =>
      frame.type === 'send_message' ? conversation.reserve(from.state.caller, frame) : undefined,
  }
}

/** `{"message":"text"}` is how older clients send. */
function expandShortForm(frame: RawFrame): RawFrame {
  if (frame.type !== undefined || typeof frame.message !== 'string') return frame
  return { type: 'send_message', content: frame.message, ...(frame.ref === undefined ? {} : { ref: frame.ref }) }
}
