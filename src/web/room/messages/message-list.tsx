/** The message list: a virtual list that keeps visible messages in place while rows change. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { Room, RoomMessage, RoomSnapshot } from '../../../client'
import { jumpToLatest, loadNewer } from '../../../client/history'
import { ErrorBoundary } from '../../parts/error-boundary'
import { scheduleRead } from '../../pending-changes'
import { dayName } from '../../times'
import { t } from '../../words'
import { type FloatingDay, floatingDay } from '../scrolling/floating-day'
import { JumpToLatest } from '../scrolling/jump-to-latest'
import { distanceToEnd, END_THRESHOLD, hasScrolledUp, type Position, positionOf } from '../scrolling/list-end'
import { rovingFocus } from '../scrolling/roving-focus'
import { saveAnchor, savedAnchor } from '../scrolling/scroll-memory'
import { ListRow } from './list-row'
import type { MessageActions } from './message-actions'
import type { ReactionActions } from './reactions'
import { type Row, rowsOf } from './rows'
import { useSystemMessages } from './system-messages'

interface Props {
  room: Room
  snapshot: RoomSnapshot
  /** The time of the offline copy; null if the messages come from the server. */
  savedAt: number | null
  /** The first message that was unread when the room was opened. */
  divider: number | null
  /** The message to scroll to, and the highlighted one. */
  target: number | null
  highlighted: number | null
  actions: MessageActions
  reactionActions: ReactionActions
}

/** Distance to either end at which the next page is loaded, in pixels. */
const NEAR = 800
/** Rows that may become visible at once when a keyboard closes or a draft is sent. */
const NEWEST = 12

export function MessageList({
  room,
  snapshot,
  savedAt,
  divider,
  target,
  highlighted,
  actions,
  reactionActions,
}: Props) {
  const { messages, hasOlder, hasNewer, loading } = snapshot
  const lines = useSystemMessages(room, snapshot)
  const rows = useMemo(
    () => rowsOf(messages, hasOlder, divider, savedAt, lines),
    [messages, hasOlder, divider, savedAt, lines],
  )
  const list = useRef<VirtualizerHandle>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const placed = useRef(false)
  /** True if the list is not at its end; null before the first look. */
  const [away, setAway] = useState<boolean | null>(null)
  const [day, setDay] = useState<FloatingDay | null>(null)
  const seen = useRef(0)
  /** The last position of the window. */
  const position = useRef<Position>({ top: 0, height: 0 })

  // Rows added before the first message must not move it, so the virtual list is told.
  const first = useRef<{ key: string; index: number }>(undefined)
  const index = first.current ? rows.findIndex(({ key }) => key === first.current?.key) : -1
  const prepended = index > (first.current?.index ?? 0)
  useLayoutEffect(() => {
    const at = rows.findIndex(({ kind }) => kind === 'message')
    first.current = rows[at] && { key: rows[at].key, index: at }
  }, [rows])

  const last = rows.length - 1
  // At the end, a list that grows scrolls first and measures later. In between its newest rows would be outside the window
  // and would mount again, which closes open menus and loads images again. So they stay mounted.
  const newest = useMemo(
    () => Array.from({ length: away === false ? Math.min(NEWEST, last + 1) : 0 }, (_, back) => last - back).reverse(),
    [away, last],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: only other rows move anything
  useLayoutEffect(() => {
    const handle = list.current
    if (!handle || messages.length === 0) return
    if (!placed.current) {
      placed.current = true
      place(handle, room.id, rows, target, divider, atEnd)
      return
    }
    if (scroller.current && hasScrolledUp(scroller.current, position.current)) atEnd.current = false
    if ((atEnd.current || justWritten(messages.at(-1))) && !hasNewer) {
      atEnd.current = true
      toEnd()
    }
  }, [rows])

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each message gone to, not for each that arrives
  useEffect(() => {
    if (target === null || !placed.current) return
    const at = rows.findIndex((row) => row.kind === 'message' && row.message.id === target)
    if (at >= 0) {
      atEnd.current = false
      list.current?.scrollToIndex(at, { align: 'center' })
    }
  }, [target, highlighted])

  // An opening keyboard or a longer draft must not cover the newest message.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is another element when it gets its first row
  useEffect(() => {
    const watch = new ResizeObserver(() => {
      const page = scroller.current
      if (!page || !placed.current) return
      if (hasScrolledUp(page, position.current)) atEnd.current = false
      if (atEnd.current) toEnd()
      position.current = positionOf(page)
    })
    if (scroller.current) watch.observe(scroller.current)
    // The list grows when an image has loaded.
    if (scroller.current?.lastElementChild) watch.observe(scroller.current.lastElementChild)
    return () => watch.disconnect()
  }, [rows.length])

  const now = useRef({ rows, snapshot })
  now.current = { rows, snapshot }

  /** Scrolls to the end, in the list and in the element: the list may not know the new height of its window yet. */
  function toEnd(): void {
    list.current?.scrollToIndex(now.current.rows.length - 1, { align: 'end' })
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }

  function look(): void {
    const handle = list.current
    const page = scroller.current
    if (!handle || !page || !placed.current) return
    const { scrollOffset, viewportSize } = handle
    const below = distanceToEnd(handle, page)
    const { rows, snapshot } = now.current
    const goneUp = hasScrolledUp(page, position.current)
    position.current = positionOf(page)
    // With newer messages on the server, the end of the loaded ones is not the end.
    if (goneUp) atEnd.current = false
    else if (below < END_THRESHOLD) atEnd.current = !snapshot.hasNewer
    else if (atEnd.current && !snapshot.hasNewer) toEnd()
    setAway(!atEnd.current || snapshot.hasNewer)
    const top = handle.findItemIndex(scrollOffset)
    const bottom = handle.findItemIndex(scrollOffset + viewportSize - 1)
    const above = floatingDay(handle, rows)
    setDay((before) => (before?.key === above?.key && before?.pushed === above?.pushed ? before : above))
    if (scrollOffset < NEAR && snapshot.hasOlder && !snapshot.loading) void room.loadOlder().catch(() => undefined)
    if (below < NEAR && snapshot.hasNewer && !snapshot.loading) void loadNewer(room).catch(() => undefined)
    saveAnchor(room.id, atEnd.current ? null : anchorAt(handle, rows, top))
    read(rows, bottom)
  }

  /** Marks visible messages as read if the page is visible and has the focus. */
  function read(rows: Row[], bottom: number): void {
    if (document.visibilityState !== 'visible' || !document.hasFocus()) return
    for (let at = Math.min(bottom, rows.length - 1); at >= 0; at--) {
      const row = rows[at]
      if (row?.kind !== 'message' || row.message.id === null) continue
      if (row.message.id > seen.current) {
        seen.current = row.message.id
        if (now.current.snapshot.unread > 0) {
          // A socket notices a lost network only later.
          const isTold = navigator.onLine && now.current.snapshot.connection.status === 'online'
          if (!isTold) scheduleRead(room.id, row.message.id)
          void room.markRead(row.message.id).catch(() => undefined)
        }
      }
      return
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: looks when there is something else to see; it reads what is now
  useEffect(() => {
    const timer = setTimeout(look, 50)
    return () => clearTimeout(timer)
  }, [rows, snapshot.unread])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads what is now, from wherever it was made
  useEffect(() => {
    const back = () => look()
    addEventListener('focus', back)
    document.addEventListener('visibilitychange', back)
    return () => {
      removeEventListener('focus', back)
      document.removeEventListener('visibilitychange', back)
    }
  }, [])

  async function toLatest(): Promise<void> {
    await jumpToLatest(room).catch(() => undefined)
    atEnd.current = true
    toEnd()
    setAway(false)
  }

  const mayRemove = snapshot.room?.myRole !== 'member' && snapshot.room?.isGroup === true
  return (
    <div class="messages">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section ref={scroller} class="scroll" tabIndex={0} aria-label={t.room.messages} onKeyDown={rovingFocus}>
        <div class="push" />
        <Virtualizer
          ref={list as never}
          scrollRef={scroller as RefObject<HTMLElement> as never}
          shift={prepended}
          onScroll={look}
          as={'ol' as never}
          item={'li' as never}
          data={rows}
          bufferSize={400}
          keepMounted={newest}
        >
          {(row: Row) => (
            <ErrorBoundary
              key={row.key}
              of={row.kind === 'message' ? row.message : row.key}
              instead={row.kind === 'message' && <p>{row.message.text}</p>}
            >
              <ListRow
                row={row}
                group={snapshot.room?.isGroup === true}
                highlighted={row.kind === 'message' && row.message.id !== null && row.message.id === highlighted}
                mayRemove={mayRemove}
                actions={actions}
                reactionActions={reactionActions}
                floats={row.key === day?.key}
                people={snapshot}
              />
            </ErrorBoundary>
          )}
        </Virtualizer>
      </section>
      {day && (
        <p class="day floating" aria-hidden="true" ref={(line) => line?.style.setProperty('top', `${day.pushed}px`)}>
          <span>{dayName(day.time)}</span>
        </p>
      )}
      {away && <JumpToLatest snapshot={snapshot} go={() => void toLatest()} />}
      {loading === 'window' && <p class="visually-hidden">{t.connection.connecting}</p>}
    </div>
  )
}

/** Scrolls to the initial position: the target message, the divider, the remembered anchor, or the end. */
function place(
  handle: VirtualizerHandle,
  room: number,
  rows: Row[],
  target: number | null,
  divider: number | null,
  atEnd: { current: boolean },
): void {
  const of = (found: (row: Row) => boolean) => rows.findIndex(found)
  const asked = target === null ? -1 : of((row) => row.kind === 'message' && row.message.id === target)
  const unread = divider === null ? -1 : of(({ kind }) => kind === 'new')
  const left = savedAnchor(room)
  const before = left ? of((row) => row.kind === 'message' && row.message.id === left.id) : -1
  atEnd.current = false
  if (asked >= 0) handle.scrollToIndex(asked, { align: 'center' })
  else if (unread >= 0) handle.scrollToIndex(unread, { align: 'start', offset: -END_THRESHOLD })
  else if (left && before >= 0) handle.scrollToIndex(before, { align: 'start', offset: left.offset })
  else {
    atEnd.current = true
    handle.scrollToIndex(rows.length - 1, { align: 'end' })
  }
}

const justWritten = (message: RoomMessage | undefined) => message?.mine === true && message.status === 'sending'

/** The first visible message, and its distance above the edge in pixels. */
function anchorAt(handle: VirtualizerHandle, rows: Row[], top: number): { id: number; offset: number } | null {
  for (let at = top; at < rows.length; at++) {
    const row = rows[at]
    if (row?.kind === 'message' && row.message.id !== null)
      return { id: row.message.id, offset: handle.scrollOffset - handle.getItemOffset(at) }
  }
  return null
}
