/** Opens a room where somebody wants to go on: at the message asked for, at what is new, or where they left. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { Room, RoomSnapshot } from '../../client'
import { attempt } from '../parts/toasts'
import { beginning, leftAt } from './places'

/** How long a message that was gone to stays lit, in milliseconds. */
const LIT_FOR = 2_000

/** The first message that is new to me: of a room in which I have read nothing, the first of all by somebody else. */
const firstNew = ({ firstUnread, unread, hasOlder, messages }: RoomSnapshot): number | null =>
  firstUnread ?? (unread > 0 && !hasOlder ? (messages.find(({ mine }) => !mine)?.id ?? null) : null)

export interface Opening {
  /** Whether there is something to show, and it is known where. */
  ready: boolean
  /** The first message that is new, under which the line is drawn. */
  divider: number | null
  setDivider: (id: number | null) => void
  /** The message gone to, and the one that is lit because of it. */
  arrived: number | null
  lit: number | null
  jump: (id: number) => Promise<void>
}

/** @param target the message asked for */
export function useOpening(room: Room, snapshot: RoomSnapshot, target: number | null): Opening {
  const [divider, setDivider] = useState<number | null>(null)
  const [arrived, setArrived] = useState<number | null>(null)
  const [lit, setLit] = useState<number | null>(null)
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
      const around = target === null ? beginning(snapshot, leftAt(room.id)) : null
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
    if (lit === null) return
    const timer = setTimeout(() => setLit(null), LIT_FOR)
    return () => clearTimeout(timer)
  }, [lit])

  return { ready: found && (target === null || arrived !== null), divider, setDivider, arrived, lit, jump }
}
