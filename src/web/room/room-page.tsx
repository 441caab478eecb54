/** One conversation: its head, its messages, and where to write. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Message, RoomMessage, RoomSnapshot } from '../../client'
import { chat, useReadable } from '../chat'
import { forgetRoom, type KeptRoom, keepRoom, useKeptRoom, useOffline } from '../kept'
import { Boundary } from '../parts/boundary'
import { Dialog } from '../parts/dialog'
import { Later } from '../parts/later'
import type { Point } from '../parts/popover'
import { attempt, toast } from '../parts/toasts'
import { usePerson } from '../people/known'
import { messageAt } from '../place'
import { deletedHere, deleteSoon, nameOf } from '../unfinished'
import { t } from '../words'
import { said } from '../words/server'
import { Announcer } from './announcer'
import { attach } from './attached'
import { Composer } from './composer'
import type { Deeds, Image } from './deeds'
import { Describe } from './describe'
import { MessageList } from './message-list'
import { NamedPeople, useNamedPeople } from './named-people'
import { useOpening } from './opening'
import { hasGiven, type Reacting } from './reactions'
import { Readers } from './readers'
import { RoomHead } from './room-head'
import { useRoomKeys } from './room-keys'
import { RoomSearch } from './room-search'
import { standingOf } from './standing'
import { TypingLine } from './typing-line'
import { type Context, type Subject, subjectOf, useWriting } from './writing'

const detailsPanel = () => import('./details').then(({ Details }) => Details)
const emojiPicker = () => import('./emoji/picker').then(({ EmojiPicker }) => EmojiPicker)

/** A message to be reacted to, and where on the page that was asked for. */
interface Picking {
  message: RoomMessage
  at: Point
}

/** A room that has not come yet, as it was last seen on this device, with what was written since. */
const withKept = (live: RoomSnapshot, { room, members, messages }: KeptRoom): RoomSnapshot => ({
  ...live,
  room,
  members,
  messages: [...messages, ...live.messages],
})

export function RoomPage({ id, target }: { id: number; target: number | null }) {
  const room = useMemo(() => chat.room(id), [id])
  const live = useReadable(room)
  const isOffline = useOffline()
  const kept = useKeptRoom(id, isOffline && live.room === null && live.error === null)
  const snapshot = useMemo(() => (live.room === null && kept ? withKept(live, kept) : live), [live, kept])
  const keptAt = snapshot === live ? null : (kept?.at ?? null)
  const { route } = useLocation()
  const box = useRef<HTMLTextAreaElement>(null)
  const { ready, divider, setDivider, arrived, lit, jump } = useOpening(room, live, target)
  const { context, attached, edits, change } = useWriting(id)
  const [recalled, setRecalled] = useState<{ text: string } | null>(null)
  const [side, setSide] = useState<'nothing' | 'details' | 'search'>('nothing')
  const [image, setImage] = useState<Image | null>(null)
  const [read, setRead] = useState<RoomMessage | null>(null)
  const [described, setDescribed] = useState<RoomMessage | null>(null)
  const [picking, setPicking] = useState<Picking | null>(null)
  const [dropping, setDropping] = useState(false)
  const addFiles = (files: Iterable<File> | null | undefined) => {
    const added = attach(files ?? [])
    change(({ attached }) => ({ attached: [...attached, ...added] }))
    return added
  }
  const about = (kind: Context['kind'], subject: Subject | null) => subject && change({ context: { kind, subject } })

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
  }

  const partner =
    snapshot.room?.is_group === false ? snapshot.members.find((member) => member.id !== snapshot.me) : undefined

  const standing = standingOf({ snapshot, partner: usePerson(partner?.id, true) })

  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` changes what `change` changes
  const deeds = useMemo<Deeds>(
    () => ({
      reply: (message) => about('reply', subjectOf(message)),
      edit: (message) => about('edit', subjectOf(message)),
      retry: (message) => room.retry(message.key),
      discard: (message) => room.discard(message.key),
      recall(message) {
        const file = message.upload?.file
        room.discard(message.key)
        if (message.content) setRecalled({ text: message.content })
        const quote = message.reply_preview
        about('reply', quote && { ...quote, author: quote.sender_name })
        if (!file) return
        const again = attach([new File([file], message.file_name ?? '', { type: file.type })])
        const described = again.map((each) => ({ ...each, alt: message.image_alt ?? '' }))
        change(({ attached }) => ({ attached: [...attached, ...described] }))
      },
      async imageOf({ id }) {
        if (id === null) return null
        const path = `/chatrooms/${room.id}/messages/`
        const { results } = await chat.api.list<Message>(path, { before: id + 1, limit: 1 })
        return results[0]?.id === id ? results[0].image : null
      },
      readers: setRead,
      describe: setDescribed,
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
        if (message.id === null) return
        const { undo, finish } = deleteSoon({ kind: 'delete', room: id, message: message.id })
        toast(t.room.deletedJustNow, {
          action: { label: t.common.undo, run: undo },
          onGone: () =>
            void attempt(async () => {
              const error = await finish()
              if (error) throw error
            }),
        })
      },
    }),
    [room, id, jump, route, change],
  )

  /** What is answered or changed may itself be changed meanwhile. */
  function asItIs(subject: Subject): Subject {
    const message = snapshot.messages.find(({ id }) => id === subject.id)
    return (message && subjectOf(message)) ?? subject
  }

  const { me, members } = snapshot
  const findPerson = useNamedPeople(members)
  const reacting = useMemo<Reacting>(
    () => ({
      me,
      nameOf: (user) => members.find(({ id }) => id === user)?.full_name,
      react: (message, emoji) =>
        void attempt(async () => {
          if (message.id === null) return
          if (hasGiven(message, emoji, me)) await room.unreact(message.id, emoji)
          else await room.react(message.id, emoji)
        }),
      pick: (message, at) => setPicking({ message, at }),
    }),
    [room, me, members],
  )

  // The room itself waits up to half a minute between its attempts.
  const isHere = live.room !== null
  const wasOffline = useRef(false)
  useEffect(() => {
    if (wasOffline.current && !isOffline && !isHere) {
      room.close()
      room.open().catch(() => undefined)
    }
    wasOffline.current = isOffline
  }, [room, isOffline, isHere])

  useEffect(() => {
    const { error, connection } = live
    const isOver = connection.status === 'closed' && (connection.reason === 'removed' || connection.reason === 'gone')
    if (isOver || error?.status === 403 || error?.status === 404) forgetRoom(id)
    else keepRoom(id, live)
  }, [id, live])

  const gone = deletedHere.value
  // biome-ignore lint/correctness/useExhaustiveDependencies: `gone` is the signal's value at this drawing
  const shown = useMemo(() => {
    const isShown = ({ id: message, deleted }: RoomMessage) =>
      deleted || message === null || !gone.has(nameOf({ room: room.id, message }))
    return gone.size === 0 ? snapshot : { ...snapshot, messages: snapshot.messages.filter(isShown) }
  }, [snapshot, gone, room])

  if (snapshot.error && !snapshot.room)
    return (
      <div class="welcome">
        <h2>{snapshot.error.status === 403 || snapshot.error.status === 404 ? t.room.gone : said(snapshot.error)}</h2>
        <a class="secondary" href="/">
          {t.room.back}
        </a>
      </div>
    )

  // What is written before the server has said what there is, is shown all the same.
  const written = snapshot.messages.some((message) => message.id === null)
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
        // A text is dropped where it is to stand.
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(false)
        addFiles(event.dataTransfer?.files)
      }}
    >
      <div class="talk">
        <Boundary>
          <RoomHead snapshot={snapshot} partner={partner} name={name} side={side} setSide={setSide} />
        </Boundary>
        {written || ready || keptAt !== null ? (
          <Boundary>
            <NamedPeople.Provider value={findPerson}>
              <MessageList
                key={keptAt === null ? 'live' : 'kept'}
                room={room}
                snapshot={shown}
                keptAt={keptAt}
                divider={divider}
                target={arrived}
                lit={lit}
                deeds={deeds}
                reacting={reacting}
              />
            </NamedPeople.Provider>
          </Boundary>
        ) : (
          <div class="messages skeleton older" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </div>
        )}
        <Boundary>
          <TypingLine snapshot={snapshot} />
        </Boundary>
        {standing ? (
          <div class="standing" role="status">
            {standing}
          </div>
        ) : (
          <Boundary>
            <Composer
              room={room}
              name={name}
              members={snapshot.members}
              context={context && { ...context, subject: asItIs(context.subject) }}
              attached={attached}
              edits={edits}
              change={change}
              box={box}
              addFiles={addFiles}
              recalled={recalled}
              editLast={() => {
                const last = snapshot.messages.findLast(
                  ({ mine, id, deleted, content }) => mine && id !== null && !deleted && content,
                )
                if (last) deeds.edit(last)
              }}
            />
          </Boundary>
        )}
      </div>
      <Boundary of={side}>
        {side === 'details' && <Later load={detailsPanel} given={{ room, snapshot, onClose: closeSide }} />}
        {side === 'search' && <RoomSearch room={room} onClose={closeSide} />}
      </Boundary>
      {image && (
        <Dialog title={t.room.image} class="lightbox" onClose={() => setImage(null)}>
          <img src={image.src} alt={image.alt} />
        </Dialog>
      )}
      {read && <Readers room={room} message={read} members={members} onClose={() => setRead(null)} />}
      {described && <Describe room={room} message={described} onClose={() => setDescribed(null)} />}
      {picking && (
        <Later
          load={emojiPicker}
          given={{
            at: picking.at,
            choose: (emoji: string) => reacting.react(picking.message, emoji),
            onClose: () => setPicking(null),
          }}
        />
      )}
      <Announcer room={room} />
      {dropping && <p class="drop-hint">{t.room.drop}</p>}
    </div>
  )
}
