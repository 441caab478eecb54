/** Opens a room at its initial position: the target message, the first new one, or the remembered anchor. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Room, RoomSnapshot } from '../../../client'
import { jumpTo } from '../../../client/history'
import { attempt } from '../../parts/toasts'
import { messageToLoad, savedAnchor } from './scroll-memory'

/** Milliseconds for which the target of a jump is highlighted. */
const HIGHLIGHT_TIME = 2_000

/** The first new message. In a room without a read cursor it is the first message of somebody else. */
const firstNew = ({ firstUnread, unread, hasOlder, messages }: RoomSnapshot): number | null =>
  firstUnread ?? (unread > 0 && !hasOlder ? (messages.find(({ mine }) => !mine)?.id ?? null) : null)

export interface InitialPosition {
  /** True when the messages and the position are known. */
  ready: boolean
  /** The first new message, below the divider. */
  divider: number | null
  setDivider: (id: number | null) => void
  /** The target of the last jump, and the highlighted message. */
  jumpedTo: number | null
  highlighted: number | null
  jump: (id: number) => Promise<void>
}

/** @param target the message of the route, if any */
export function useInitialPosition(room: Room, snapshot: RoomSnapshot, target: number | null): InitialPosition {
  const [divider, setDivider] = useState<number | null>(null)
  const [jumpedTo, setArrived] = useState<number | null>(null)
  const [highlighted, setLit] = useState<number | null>(null)
  const [found, setFound] = useState(false)
  const asked = useRef(false)
  const begun = useRef(false)

  useEffect(() => {
    // The snapshot has the error.
    room.open().catch(() => undefined)
    return () => {
      room.stopTyping()
      room.close()
    }
  }, [room])

  useEffect(() => {
    async function begin(): Promise<void> {
      const around = target === null ? messageToLoad(snapshot, savedAnchor(room.id)) : null
      if (around !== null) await jumpTo(room, around).catch(() => undefined)
      setDivider(firstNew(room.getSnapshot()))
      setFound(true)
    }
    // Messages before the first answer may be from an earlier visit, without new ones.
    if (snapshot.loading === 'window') asked.current = true
    else if (asked.current && !begun.current && snapshot.room && snapshot.connection.status !== 'connecting') {
      begun.current = true
      void begin()
    }
  }, [room, snapshot, target])
  useEffect(() => {
    // When the page becomes visible again, messages from meanwhile are new.
    const back = () => document.visibilityState === 'visible' && setDivider(firstNew(room.getSnapshot()))
    document.addEventListener('visibilitychange', back)
    return () => document.removeEventListener('visibilitychange', back)
  }, [room])

  const jump = useCallback(
    async (message: number) => {
      await attempt(() => jumpTo(room, message))
      setArrived(message)
      setLit(message)
    },
    [room],
  )
  useEffect(() => {
    if (found && target !== null) void jump(target)
  }, [found, target, jump])
  useEffect(() => {
    if (highlighted === null) return
    const timer = setTimeout(() => setLit(null), HIGHLIGHT_TIME)
    return () => clearTimeout(timer)
  }, [highlighted])

  return {
    ready: found && (target === null || jumpedTo !== null),
    divider,
    setDivider,
    jumpedTo: jumpedTo,
    highlighted: highlighted,
    jump,
  }
}
