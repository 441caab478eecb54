/** One conversation: its head, its messages, and where to write. */

import { useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Message, RoomMessage } from '../../client'
import { chat, useReadable } from '../chat'
import { Boundary } from '../parts/boundary'
import { Dialog } from '../parts/dialog'
import { Later } from '../parts/later'
import type { Point } from '../parts/popover'
import { attempt, TOAST_STAYS, toast } from '../parts/toasts'
import { messageAt } from '../place'
import { t } from '../words'
import { Announcer } from './announcer'
import { attach } from './attached'
import { Composer } from './composer'
import type { Deeds, Image } from './deeds'
import { Describe } from './describe'
import { Details } from './details'
import { MessageList } from './message-list'
import { NamedPeople, useNamedPeople } from './named-people'
import { useOpening } from './opening'
import { hasGiven, type Reacting } from './reactions'
import { Readers } from './readers'
import { RoomHead } from './room-head'
import { useRoomKeys } from './room-keys'
import { RoomSearch } from './room-search'
import { TypingLine } from './typing-line'
import { type Context, type Subject, subjectOf, useWriting } from './writing'

const emojiPicker = () => import('./emoji/picker').then(({ EmojiPicker }) => EmojiPicker)

/** A message to be reacted to, and where on the page that was asked for. */
interface Picking {
  message: RoomMessage
  at: Point
}

export function RoomPage({ id, target }: { id: number; target: number | null }) {
  const room = useMemo(() => chat.room(id), [id])
  const snapshot = useReadable(room)
  const { route } = useLocation()
  const box = useRef<HTMLTextAreaElement>(null)
  const { ready, divider, setDivider, arrived, lit, jump } = useOpening(room, snapshot, target)
  const { context, attached, edits, change } = useWriting(id)
  const [recalled, setRecalled] = useState<{ text: string } | null>(null)
  const [side, setSide] = useState<'nothing' | 'details' | 'search'>('nothing')
  const [image, setImage] = useState<Image | null>(null)
  const [read, setRead] = useState<RoomMessage | null>(null)
  const [described, setDescribed] = useState<RoomMessage | null>(null)
  const [picking, setPicking] = useState<Picking | null>(null)
  const [dropping, setDropping] = useState(false)
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set())
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
        {written || ready ? (
          <Boundary>
            <NamedPeople.Provider value={findPerson}>
              <MessageList
                room={room}
                snapshot={shown}
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
        {closed ? (
          <p class="hint none">{t.room.gone}</p>
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
        {side === 'details' && <Details room={room} snapshot={snapshot} onClose={closeSide} />}
        {side === 'search' && <RoomSearch room={room} onClose={closeSide} />}
      </Boundary>
      {image && (
        <Dialog title={t.room.image} class="lightbox" onClose={() => setImage(null)}>
          <img src={image.src} alt={image.alt} />
        </Dialog>
      )}
      {read && <Readers room={room} message={read} nameOf={reacting.nameOf} onClose={() => setRead(null)} />}
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
