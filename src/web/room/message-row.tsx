/** One message. */
import { memo } from 'preact/compat'
import { useRef, useState } from 'preact/hooks'
import type { RoomMessage } from '../../client'
import { plainText } from '../../markdown'
import { Avatar } from '../parts/avatar'
import { Boundary } from '../parts/boundary'
import { IconButton } from '../parts/icon-button'
import { Menu } from '../parts/menu'
import { PersonButton } from '../parts/person'
import { middleOf, type Point, pointOf } from '../parts/popover'
import { clockTime, fullTime } from '../times'
import { t } from '../words'
import { Attachment } from './attachment'
import { choicesOf, type Deeds } from './deeds'
import { Failure } from './failure'
import { hasGiven, QUICK, QuickRow, type Reacting, Reactions } from './reactions'
import { Text } from './text'
import { Ticks } from './ticks'
import { useTouch } from './touch'

interface Props {
  message: RoomMessage
  opens: boolean
  closes: boolean
  group: boolean
  lit: boolean
  mayRemove: boolean
  deeds: Deeds
  reacting: Reacting
}

export const MessageRow = memo(({ message, opens, closes, group, lit, mayRemove, deeds, reacting }: Props) => {
  const article = useRef<HTMLElement>(null)
  const [menu, setMenu] = useState<Point | null>(null)
  const [near, setNear] = useState(false)
  const { mine, sender, content, deleted, status, reply_preview: quote, timestamp, id } = message
  const alive = id !== null && !deleted
  const choices = choicesOf(message, deeds, mayRemove)
  const ask = (at: Point) => {
    if (choices.length > 0) setMenu(at)
  }
  useTouch(article, { swiped: alive ? () => deeds.reply(message) : undefined, held: ask })

  const classes = [
    'message',
    mine ? 'mine' : 'theirs',
    opens && 'opens',
    closes && 'closes',
    lit && 'lit',
    status === 'failed' && 'failed',
  ]
  const readers = group && mine && closes && !deleted ? message.read_statuses.length : 0
  return (
    <article
      ref={article}
      class={classes.filter(Boolean).join(' ')}
      data-key={message.key}
      tabIndex={-1}
      aria-label={`${mine ? t.rooms.you : sender.full_name}, ${clockTime(timestamp)}`}
      onPointerEnter={(event) => event.pointerType !== 'touch' && setNear(true)}
      onPointerLeave={(event) => setNear(event.currentTarget.querySelector(':focus-visible') !== null)}
      onFocusIn={(event) => (event.target as Element).matches(':focus-visible') && setNear(true)}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null))
          setNear(event.currentTarget.matches(':hover'))
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || event.target !== event.currentTarget) return
        event.preventDefault()
        ask(middleOf(event.currentTarget))
      }}
    >
      {!mine && group && (
        <span class="face">
          {closes && (
            <PersonButton person={sender} again>
              <Avatar id={sender.id} name={sender.full_name} picture={sender.profile_pic} />
            </PersonButton>
          )}
        </span>
      )}
      <div class="bubble">
        {opens && group && !mine && (
          <PersonButton person={sender} class="of-author">
            <b class={`author hue-${sender.id % 8}`} dir="auto">
              {sender.full_name}
            </b>
          </PersonButton>
        )}
        {quote && (
          <button type="button" class="quote" onClick={() => deeds.goTo(quote.id)}>
            <b dir="auto">{quote.sender_name}</b>
            <span dir="auto">
              {quote.deleted ? t.room.deleted : quote.content ? plainText(quote.content) : t.room.attachment}
            </span>
          </button>
        )}
        {!deleted && <Attachment message={message} deeds={deeds} />}
        {deleted ? (
          <p class="gone">{t.room.deleted}</p>
        ) : (
          content && (
            <div class="text" dir="auto">
              <Boundary of={content} instead={<p>{content}</p>}>
                <Text text={content} mentions={id === null ? null : message.mentions} />
              </Boundary>
            </div>
          )
        )}
        <span class="meta">
          {message.edited_at && !deleted && <span title={fullTime(message.edited_at)}>{t.room.edited}</span>}
          {readers > 0 && (
            <button type="button" class="read-by" onClick={() => deeds.readers(message)}>
              {t.room.readByCount(readers)}
            </button>
          )}
          <time dateTime={timestamp} title={fullTime(timestamp)}>
            {clockTime(timestamp)}
          </time>
          {mine && !deleted && <Ticks status={status} />}
        </span>
        <Reactions message={message} reacting={reacting} />
      </div>
      {choices.length > 0 && status !== 'failed' && (
        <IconButton icon="more" class="deeds" label={t.room.more} onClick={(event) => ask(pointOf(event))} />
      )}
      {near && alive && <QuickRow message={message} reacting={reacting} />}
      {status === 'failed' && <Failure message={message} deeds={deeds} />}
      {menu && (
        <Menu
          at={menu}
          label={t.room.more}
          choices={
            alive
              ? [{ label: t.room.react, icon: 'smile', run: () => reacting.pick(message, menu) }, ...choices]
              : choices
          }
          quick={
            alive
              ? QUICK.map((sign) => ({
                  label: t.room.reactWith(sign),
                  sign,
                  pressed: hasGiven(message, sign, reacting.me),
                  run: () => reacting.react(message, sign),
                }))
              : []
          }
          onClose={() => setMenu(null)}
        />
      )}
    </article>
  )
})
