/** One conversation: its head, its messages, and where to write. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { RoomMessage, RoomSnapshot } from '../../client'
import { chat, useReadable } from '../chat'
import { Dialog } from '../parts/dialog'
import { attempt, TOAST_STAYS, toast } from '../parts/toasts'
import { messageAt } from '../place'
import { t } from '../words'
import { Announcer } from './announcer'
import { Composer, fitting } from './composer'
import { Details } from './details'
import { MessageList } from './message-list'
import type { Deeds } from './message-row'
import { Readers } from './readers'
import { RoomHead } from './room-head'
import { useRoomKeys } from './room-keys'
import { RoomSearch } from './room-search'
import { TypingLine } from './typing-line'

/** How long a message that was gone to stays lit, in milliseconds. */
const LIT_FOR = 2_000

/** The first message that is new to me: of a room in which I have read nothing, the first of all by somebody else. */
const firstNew = ({ firstUnread, unread, hasOlder, messages }: RoomSnapshot): number | null =>
  firstUnread ?? (unread > 0 && !hasOlder ? (messages.find(({ mine }) => !mine)?.id ?? null) : null)

/** What is being written is about another message. */
interface Context {
  kind: 'reply' | 'edit'
  message: RoomMessage
}

export function RoomPage({ id, target }: { id: number; target: number | null }) {
  const room = useMemo(() => chat.room(id), [id])
  const snapshot = useReadable(room)
  const { route } = useLocation()
  const box = useRef<HTMLTextAreaElement>(null)
  const [divider, setDivider] = useState<number | null | undefined>(undefined)
  const [arrived, setArrived] = useState<number | null>(null)
  const [lit, setLit] = useState<number | null>(null)
  const [context, setContext] = useState<Context | null>(null)
  const [files, setFiles] = useState<File[]>([])
  const [side, setSide] = useState<'nothing' | 'details' | 'search'>('nothing')
  const [image, setImage] = useState<string | null>(null)
  const [read, setRead] = useState<RoomMessage | null>(null)
  const [dropping, setDropping] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
  const [ready, setReady] = useState(false)
  const asked = useRef(false)

  useEffect(() => {
    // What keeps it from opening is in the snapshot.
    room.open().catch(() => undefined)
    return () => {
      room.stopTyping()
      room.close()
    }
  }, [room])

  useEffect(() => {
    // What is shown before the server has answered may be from an earlier visit, and knows nothing of what is new.
    if (snapshot.loading === 'window') asked.current = true
    else if (asked.current && snapshot.room && !ready && snapshot.connection.status !== 'connecting') {
      setReady(true)
      setDivider(firstNew(snapshot))
    }
  }, [snapshot, ready])
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
    if (ready && target !== null) void jump(target)
  }, [ready, target, jump])
  useEffect(() => {
    if (lit === null) return
    const timer = setTimeout(() => setLit(null), LIT_FOR)
    return () => clearTimeout(timer)
  }, [lit])

  useRoomKeys({
    search: () => setSide('search'),
    close: side === 'nothing' ? undefined : () => closeSide(),
    markRead: () => {
      setDivider(null)
      void attempt(() => room.markRead(snapshot.room?.last_message?.id))
    },
  })
  function closeSide(): void {
    setSide('nothing')
    box.current?.focus()
  }

  const partner =
    snapshot.room?.is_group === false ? snapshot.members.find((member) => member.id !== snapshot.me) : undefined

  const deeds = useMemo<Deeds>(
    () => ({
      reply: (message) => setContext({ kind: 'reply', message }),
      edit: (message) => setContext({ kind: 'edit', message }),
      retry: (message) => room.retry(message.key),
      discard: (message) => room.discard(message.key),
      readers: setRead,
      openImage: setImage,
      goTo: (message) => {
        if (location.pathname === messageAt(id, message)) void jump(message)
        else route(messageAt(id, message))
      },
      copyLink: (message) => {
        void navigator.clipboard
          .writeText(location.origin + messageAt(id, message.id ?? 0))
          .then(() => toast(t.common.copied))
          .catch(() => undefined)
      },
      remove(message) {
        const hide = (on: boolean) =>
          setHidden(
            (before) => new Set(on ? [...before, message.key] : [...before].filter((key) => key !== message.key)),
          )
        hide(true)
        const timer = setTimeout(() => {
          if (message.id !== null)
            void attempt(() => room.delete(message.id as number)).then((done) => !done && hide(false))
        }, TOAST_STAYS)
        toast(t.room.deletedJustNow, {
          label: t.common.undo,
          run: () => {
            clearTimeout(timer)
            hide(false)
          },
        })
      },
    }),
    [room, id, jump, route],
  )

  const shown = useMemo(
    () =>
      hidden.size === 0
        ? snapshot
        : { ...snapshot, messages: snapshot.messages.filter(({ key, deleted }) => deleted || !hidden.has(key)) },
    [snapshot, hidden],
  )

  if (snapshot.error && !snapshot.room)
    return (
      <div class="welcome">
        <h2>{snapshot.error.status === 403 || snapshot.error.status === 404 ? t.room.gone : snapshot.error.message}</h2>
        <a class="secondary" href="/">
          {t.room.back}
        </a>
      </div>
    )

  // What is written before the server has said what there is, is shown all the same.
  const written = snapshot.messages.some((message) => message.id === null)
  const { connection } = snapshot
  const closed = connection.status === 'closed' && (connection.reason === 'removed' || connection.reason === 'gone')
  const name = snapshot.room ? snapshot.room.nickname || snapshot.room.chat_name : ''
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files are dropped on it; the same is done by a button
    <div
      class={`room ${side !== 'nothing' ? 'with-side' : ''} ${dropping ? 'dropping' : ''}`}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(true)
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setDropping(false)}
      onDrop={(event) => {
        event.preventDefault()
        setDropping(false)
        setFiles([...files, ...fitting(event.dataTransfer?.files ?? [])])
      }}
    >
      <div class="talk">
        <RoomHead snapshot={snapshot} partner={partner} name={name} side={side} setSide={setSide} />
        {written || (ready && divider !== undefined && (target === null || arrived !== null)) ? (
          <MessageList
            room={room}
            snapshot={shown}
            divider={divider ?? null}
            target={arrived}
            lit={lit}
            deeds={deeds}
          />
        ) : (
          <div class="messages skeleton older" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </div>
        )}
        <TypingLine snapshot={snapshot} />
        {closed ? (
          <p class="hint none">{t.room.gone}</p>
        ) : (
          <Composer
            room={room}
            name={name}
            members={snapshot.members}
            replyTo={context?.kind === 'reply' ? context.message : null}
            editing={context?.kind === 'edit' ? context.message : null}
            files={files}
            box={box}
            setFiles={setFiles}
            addFiles={(more) => setFiles([...files, ...fitting(more)])}
            done={() => setContext(null)}
            editLast={() => {
              const last = snapshot.messages.findLast(
                ({ mine, id, deleted, content }) => mine && id !== null && !deleted && content,
              )
              if (last) deeds.edit(last)
            }}
          />
        )}
      </div>
      {side === 'details' && <Details room={room} snapshot={snapshot} onClose={closeSide} />}
      {side === 'search' && <RoomSearch room={room} onClose={closeSide} />}
      {image && (
        <Dialog title={t.room.image} class="lightbox" onClose={() => setImage(null)}>
          <img src={image} alt={t.room.image} />
        </Dialog>
      )}
      {read && <Readers room={room} message={read} onClose={() => setRead(null)} />}
      <Announcer room={room} />
      {dropping && <p class="drop-hint">{t.room.drop}</p>}
    </div>
  )
}
