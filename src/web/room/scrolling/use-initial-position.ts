/** Opens a room where somebody wants to go on: at the message asked for, at what is new, or where they left. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Room, RoomSnapshot } from '../../../client'
import { attempt } from '../../parts/toasts'
import { messageToLoad, savedAnchor } from './scroll-memory'

/** How long a message that was gone to stays highlighted, in milliseconds. */
const HIGHLIGHT_TIME = 2_000

/** The first message that is new to me: of a room in which I have read nothing, the first of all by somebody else. */
const firstNew = ({ firstUnread, unread, hasOlder, messages }: RoomSnapshot): number | null =>
  firstUnread ?? (unread > 0 && !hasOlder ? (messages.find(({ mine }) => !mine)?.id ?? null) : null)

export interface InitialPosition {
  /** Whether there is something to show, and it is known where. */
  ready: boolean
  /** The first message that is new, under which the line is drawn. */
  divider: number | null
  setDivider: (id: number | null) => void
  /** The message gone to, and the one that is highlighted because of it. */
  jumpedTo: number | null
  highlighted: number | null
  jump: (id: number) => Promise<void>
}

/** @param target the message asked for */
export function useInitialPosition(room: Room, snapshot: RoomSnapshot, target: number | null): InitialPosition {
  const [divider, setDivider] = useState<number | null>(null)
  const [jumpedTo, setArrived] = useState<number | null>(null)
  const [highlighted, setLit] = useState<number | null>(null)
  const [found, setFound] = useState(false)
  const asked = useRef(false)
  const begun = useRef(false)

  useEffect(() => {
    // What keeps it from opening is in the snapshot.
    room.open().catch(() => undefined)
    return () => {
      room.stopTyping()
      room.close()
    }
  }, [room])

  useEffect(() => {
    async function begin(): Promise<void> {
      const around = target === null ? messageToLoad(snapshot, savedAnchor(room.id)) : null
      if (around !== null) await room.jumpTo(around).catch(() => undefined)
      setDivider(firstNew(room.getSnapshot()))
      setFound(true)
    }
    // What is shown before the server has answered may be from an earlier visit, and knows nothing of what is new.
    if (snapshot.loading === 'window') asked.current = true
    else if (asked.current && !begun.current && snapshot.room && snapshot.connection.status !== 'connecting') {
      begun.current = true
      void begin()
    }
  }, [room, snapshot, target])
  useEffect(() => {
    // Away and back: what came meanwhile is what is new.
    const back = () => document.visibilityState === 'visible' && setDivider(firstNew(room.getSnapshot()))
    document.addEventListener('visibilitychange', back)
    return () => document.removeEventListener('visibilitychange', back)
  }, [room])

  const jump = useCallback(
    async (message: number) => {
      await attempt(() => room.jumpTo(message))
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
