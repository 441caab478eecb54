/** The page of a room: header, messages and composer. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Message, RoomMessage } from '../../client'
import { chat, useReadable } from '../chat'
import { removeSavedRoom, saveRoom, useOffline, useSavedRoom, withSavedRoom } from '../offline/saved-rooms'
import { Dialog } from '../parts/dialog'
import { ErrorBoundary } from '../parts/error-boundary'
import { Lazy } from '../parts/lazy'
import type { Point } from '../parts/popover'
import { attempt, toast } from '../parts/toasts'
import { locallyDeleted, messageKey, scheduleDeletion } from '../pending-changes'
import { usePerson } from '../people/people-cache'
import { messagePath } from '../routes'
import { t } from '../words'
import { said } from '../words/server'
import { Announcer } from './announcer'
import { type ComposeContext, type MessageSubject, subjectOf, useComposeState } from './composer/compose-state'
import { Composer } from './composer/composer'
import { acceptFiles } from './composer/draft-attachments'
import { MemberNames, useMemberNames } from './mentions/member-names'
import { ImageDescription } from './messages/image-description'
import type { Image, MessageActions } from './messages/message-actions'
import { MessageList } from './messages/message-list'
import { hasReacted, type ReactionActions } from './messages/reactions'
import { Readers } from './messages/readers'
import { readOnlyNotice } from './read-only-notice'
import { RoomHeader } from './room-header'
import { useRoomShortcuts } from './room-keys'
import { RoomSearch } from './room-search'
import { useInitialPosition } from './scrolling/use-initial-position'
import { TypingLine } from './typing-line'

const detailsPanel = () => import('./details/details').then(({ Details }) => Details)
const emojiPicker = () => import('./emoji/picker').then(({ EmojiPicker }) => EmojiPicker)

/** The message that gets a reaction, and the point at which the picker opens. */
interface Picking {
  message: RoomMessage
  at: Point
}

export function RoomPage({ id, target }: { id: number; target: number | null }) {
  const room = useMemo(() => chat.room(id), [id])
  const live = useReadable(room)
  const isOffline = useOffline()
  const saved = useSavedRoom(id, isOffline && live.room === null && live.error === null)
  const snapshot = useMemo(() => (live.room === null && saved ? withSavedRoom(live, saved) : live), [live, saved])
  const savedAt = snapshot === live ? null : (saved?.at ?? null)
  const { route } = useLocation()
  const box = useRef<HTMLTextAreaElement>(null)
  const { ready, divider, setDivider, jumpedTo, highlighted, jump } = useInitialPosition(room, live, target)
  const { context, attachments, edits, change } = useComposeState(id)
  const [recalled, setRecalled] = useState<{ text: string } | null>(null)
  const [side, setSide] = useState<'nothing' | 'details' | 'search'>('nothing')
  const [image, setImage] = useState<Image | null>(null)
  const [read, setRead] = useState<RoomMessage | null>(null)
  const [described, setDescribed] = useState<RoomMessage | null>(null)
  const [picking, setPicking] = useState<Picking | null>(null)
  const [dropping, setDropping] = useState(false)
  const addFiles = (files: Iterable<File> | null | undefined) => {
    const added = acceptFiles(files ?? [])
    change(({ attachments }) => ({ attachments: [...attachments, ...added] }))
    return added
  }
  const about = (kind: ComposeContext['kind'], subject: MessageSubject | null) =>
    subject && change({ context: { kind, subject } })

  useRoomShortcuts({
    search: () => setSide('search'),
    close: side === 'nothing' ? undefined : () => setSide('nothing'),
    markRead: () => {
      setDivider(null)
      void attempt(() => room.markRead(snapshot.room?.lastMessage?.id))
    },
  })
  const closeSide = () => setSide('nothing')

  const partner =
    snapshot.room?.isGroup === false ? snapshot.members.find((member) => member.id !== snapshot.me) : undefined

  const standing = readOnlyNotice({ snapshot, partner: usePerson(partner?.id, true) })

  // biome-ignore lint/correctness/useExhaustiveDependencies: `about` changes what `change` changes
  const actions = useMemo<MessageActions>(
    () => ({
      reply: (message) => about('reply', subjectOf(message)),
      edit: (message) => about('edit', subjectOf(message)),
      retry: (message) => room.retry(message.key),
      discard: (message) => room.discard(message.key),
      cancelUpload(message) {
        const file = message.upload?.file
        room.discard(message.key)
        if (message.text) setRecalled({ text: message.text })
        const quote = message.replyPreview
        about('reply', quote && { ...quote, author: quote.senderName })
        if (!file) return
        const again = acceptFiles([new File([file], message.fileName ?? '', { type: file.type })])
        const described = again.map((each) => ({ ...each, alt: message.imageAlt ?? '' }))
        change(({ attachments }) => ({ attachments: [...attachments, ...described] }))
      },
      async freshImageUrl({ id }) {
        if (id === null) return null
        const path = `/chatrooms/${room.id}/messages/`
        const { results } = await chat.api.list<Message>(path, { before: id + 1, limit: 1 })
        return results[0]?.id === id ? results[0].image : null
      },
      readers: setRead,
      describe: setDescribed,
      openImage: setImage,
      goTo: (message) => {
        if (location.pathname === messagePath(id, message)) void jump(message)
        else route(messagePath(id, message))
      },
      copyLink: (message) => {
        void navigator.clipboard
          .writeText(location.origin + messagePath(id, message.id ?? 0))
          .then(() => toast(t.common.copied))
          .catch(() => undefined)
      },
      remove(message) {
        if (message.id === null) return
        const { undo, send: finish } = scheduleDeletion({ kind: 'delete', room: id, message: message.id })
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

  /** The newest state of the subject, which may have changed since the reply or edit began. */
  function currentSubject(subject: MessageSubject): MessageSubject {
    const message = snapshot.messages.find(({ id }) => id === subject.id)
    return (message && subjectOf(message)) ?? subject
  }

  const { me, members } = snapshot
  const findPerson = useMemberNames(members)
  const reactionActions = useMemo<ReactionActions>(
    () => ({
      me,
      nameOf: (user) => members.find(({ id }) => id === user)?.fullName,
      react: (message, emoji) =>
        void attempt(async () => {
          if (message.id === null) return
          if (hasReacted(message, emoji, me)) await room.unreact(message.id, emoji)
          else await room.react(message.id, emoji)
        }),
      pick: (message, at) => setPicking({ message, at }),
    }),
    [room, me, members],
  )

  // The SDK waits up to half a minute between attempts to open a room.
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
    if (isOver || error?.status === 403 || error?.status === 404) removeSavedRoom(id)
    else saveRoom(id, live)
  }, [id, live])

  const gone = locallyDeleted.value
  // biome-ignore lint/correctness/useExhaustiveDependencies: `gone` is the signal's value at this drawing
  const shown = useMemo(() => {
    const isShown = ({ id: message, deleted }: RoomMessage) =>
      deleted || message === null || !gone.has(messageKey({ room: room.id, message }))
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

  // Messages that were written before the room has loaded are shown.
  const written = snapshot.messages.some((message) => message.id === null)
  const name = snapshot.room ? snapshot.room.nickname || snapshot.room.chatName : ''
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
        // Dropped text goes into the text field.
        if (!event.dataTransfer?.types.includes('Files')) return
        event.preventDefault()
        setDropping(false)
        addFiles(event.dataTransfer?.files)
      }}
    >
      <div class="talk">
        <ErrorBoundary>
          <RoomHeader snapshot={snapshot} partner={partner} name={name} side={side} setSide={setSide} />
        </ErrorBoundary>
        {written || ready || savedAt !== null ? (
          <ErrorBoundary>
            <MemberNames.Provider value={findPerson}>
              <MessageList
                key={savedAt === null ? 'live' : 'kept'}
                room={room}
                snapshot={shown}
                savedAt={savedAt}
                divider={divider}
                target={jumpedTo}
                highlighted={highlighted}
                actions={actions}
                reactionActions={reactionActions}
              />
            </MemberNames.Provider>
          </ErrorBoundary>
        ) : (
          <div class="messages skeleton older" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </div>
        )}
        <ErrorBoundary>
          <TypingLine snapshot={snapshot} />
        </ErrorBoundary>
        {standing ? (
          <div class="standing" role="status">
            {standing}
          </div>
        ) : (
          <ErrorBoundary>
            <Composer
              room={room}
              name={name}
              members={snapshot.members}
              context={context && { ...context, subject: currentSubject(context.subject) }}
              attachments={attachments}
              edits={edits}
              change={change}
              box={box}
              addFiles={addFiles}
              recalled={recalled}
              editLast={() => {
                const last = snapshot.messages.findLast(
                  ({ mine, id, deleted, text }) => mine && id !== null && !deleted && text,
                )
                if (last) actions.edit(last)
              }}
            />
          </ErrorBoundary>
        )}
      </div>
      <ErrorBoundary of={side}>
        {side === 'details' && <Lazy load={detailsPanel} props={{ room, snapshot, onClose: closeSide }} />}
        {side === 'search' && <RoomSearch room={room} onClose={closeSide} />}
      </ErrorBoundary>
      {image && (
        <Dialog title={t.room.image} class="lightbox" onClose={() => setImage(null)}>
          <img src={image.src} alt={image.alt} />
        </Dialog>
      )}
      {read && <Readers room={room} message={read} members={members} onClose={() => setRead(null)} />}
      {described && <ImageDescription room={room} message={described} onClose={() => setDescribed(null)} />}
      {picking && (
        <Lazy
          load={emojiPicker}
          props={{
            at: picking.at,
            choose: (emoji: string) => reactionActions.react(picking.message, emoji),
            onClose: () => setPicking(null),
          }}
        />
      )}
      <Announcer room={room} />
      {dropping && <p class="drop-hint">{t.room.drop}</p>}
    </div>
  )
}
