/** One message. */
import { memo } from 'preact/compat'
import { useState } from 'preact/hooks'
import type { RoomMessage } from '../../client'
import { Avatar } from '../parts/avatar'
import { IconButton } from '../parts/icon-button'
import { Menu } from '../parts/menu'
import { clockTime, fullTime } from '../times'
import { t } from '../words'
import { Attachment } from './attachment'
import { Text } from './text'
import { Ticks } from './ticks'

/** What can be done with a message, by whoever shows it. */
export interface Deeds {
  reply(message: RoomMessage): void
  edit(message: RoomMessage): void
  remove(message: RoomMessage): void
  retry(message: RoomMessage): void
  discard(message: RoomMessage): void
  readers(message: RoomMessage): void
  goTo(id: number): void
  openImage(src: string): void
  copyLink(message: RoomMessage): void
}

interface Props {
  message: RoomMessage
  opens: boolean
  closes: boolean
  group: boolean
  lit: boolean
  mayRemove: boolean
  deeds: Deeds
}

const copy = (text: string) => void navigator.clipboard.writeText(text).catch(() => undefined)

export const MessageRow = memo(({ message, opens, closes, group, lit, mayRemove, deeds }: Props) => {
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null)
  const { mine, sender, content, deleted, status, reply_preview: quote, timestamp, id } = message
  const removable = id !== null && !deleted && (mine || mayRemove)
  const choices = [
    ...(deleted || id === null
      ? []
      : [{ label: t.room.reply, icon: 'reply' as const, run: () => deeds.reply(message) }]),
    ...(content ? [{ label: t.room.copy, icon: 'copy' as const, run: () => copy(content) }] : []),
    ...(id === null ? [] : [{ label: t.room.copyLink, icon: 'link' as const, run: () => deeds.copyLink(message) }]),
    ...(mine && !deleted && id !== null
      ? [
          { label: t.room.edit, icon: 'edit' as const, run: () => deeds.edit(message) },
          { label: t.room.readBy, icon: 'ticks' as const, run: () => deeds.readers(message) },
        ]
      : []),
    ...(removable
      ? [{ label: t.room.discard, icon: 'trash' as const, danger: true, run: () => deeds.remove(message) }]
      : []),
  ]
  const classes = [
    'message',
    mine ? 'mine' : 'theirs',
    opens && 'opens',
    closes && 'closes',
    lit && 'lit',
    status === 'failed' && 'failed',
  ]
  return (
    <article
      class={classes.filter(Boolean).join(' ')}
      data-key={message.key}
      tabIndex={-1}
      aria-label={`${mine ? t.rooms.you : sender.full_name}, ${clockTime(timestamp)}`}
      onContextMenu={(event) => {
        // A long press on a touch screen; the mouse keeps its own menu.
        if ((event as unknown as PointerEvent).pointerType !== 'touch' || choices.length === 0) return
        event.preventDefault()
        setMenu({ x: event.clientX, y: event.clientY })
      }}
    >
      {!mine && group && (
        <span class="face">
          {closes && <Avatar id={sender.id} name={sender.full_name} picture={sender.profile_pic} />}
        </span>
      )}
      <div class="bubble">
        {opens && group && !mine && (
          <b class={`author hue-${sender.id % 8}`} dir="auto">
            {sender.full_name}
          </b>
        )}
        {quote && (
          <button type="button" class="quote" onClick={() => deeds.goTo(quote.id)}>
            <b dir="auto">{quote.sender_name}</b>
            <span dir="auto">{quote.deleted ? t.room.deleted : (quote.content ?? t.room.attachment)}</span>
          </button>
        )}
        {!deleted && <Attachment message={message} onOpen={deeds.openImage} />}
        {deleted ? (
          <p class="gone">{t.room.deleted}</p>
        ) : (
          content && (
            <div class="text" dir="auto">
              <Text text={content} />
            </div>
          )
        )}
        <span class="meta">
          {message.edited_at && !deleted && <span title={fullTime(message.edited_at)}>{t.room.edited}</span>}
          <time dateTime={timestamp} title={fullTime(timestamp)}>
            {clockTime(timestamp)}
          </time>
          {mine && !deleted && <Ticks status={status} />}
        </span>
      </div>
      {choices.length > 0 && status !== 'failed' && (
        <IconButton
          icon="more"
          class="deeds"
          label={t.room.more}
          onClick={(event) => setMenu({ x: event.clientX, y: event.clientY })}
        />
      )}
      {status === 'failed' && (
        <p class="failure" role="alert">
          <span>{message.error?.message ?? t.room.failed}</span>
          <button type="button" class="link" onClick={() => deeds.retry(message)}>
            {t.room.retry}
          </button>
          <button type="button" class="link" onClick={() => deeds.discard(message)}>
            {t.room.discard}
          </button>
          {content && (
            <button type="button" class="link" onClick={() => copy(content)}>
              {t.room.copy}
            </button>
          )}
        </p>
      )}
      {menu && <Menu at={menu} label={t.room.more} choices={choices} onClose={() => setMenu(null)} />}
    </article>
  )
})
