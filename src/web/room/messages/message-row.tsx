/** One message in the list. */
import { memo } from 'preact/compat'
import { useRef, useState } from 'preact/hooks'
import type { RoomMessage } from '../../../client'
import { plainText } from '../../../markdown'
import { Avatar } from '../../parts/avatar'
import { ErrorBoundary } from '../../parts/error-boundary'
import { IconButton } from '../../parts/icon-button'
import { Menu } from '../../parts/menu'
import { middleOf, type Point, pointOf } from '../../parts/popover'
import { PersonButton } from '../../people/person-row'
import { clockTime, fullTime } from '../../times'
import { t } from '../../words'
import { Attachment } from './attachment'
import { DeliveryStatus } from './delivery-status'
import { type MessageActions, menuItemsFor } from './message-actions'
import { MessageText } from './message-text'
import { hasReacted, QUICK, QuickRow, type ReactionActions, Reactions } from './reactions'
import { SendFailure } from './send-failure'
import { useTouchGestures } from './touch-gestures'

interface Props {
  message: RoomMessage
  startsGroup: boolean
  endsGroup: boolean
  group: boolean
  highlighted: boolean
  mayRemove: boolean
  actions: MessageActions
  reactionActions: ReactionActions
}

export const MessageRow = memo(
  ({ message, startsGroup, endsGroup, group, highlighted, mayRemove, actions, reactionActions }: Props) => {
    const article = useRef<HTMLElement>(null)
    const [menu, setMenu] = useState<Point | null>(null)
    const [near, setNear] = useState(false)
    const { mine, sender, text, deleted, status, replyPreview: quote, timestamp, id } = message
    const alive = id !== null && !deleted
    const choices = menuItemsFor(message, actions, mayRemove)
    const ask = (at: Point) => {
      if (choices.length > 0) setMenu(at)
    }
    useTouchGestures(article, { onSwipe: alive ? () => actions.reply(message) : undefined, onHold: ask })

    const classes = [
      'message',
      mine ? 'mine' : 'theirs',
      startsGroup && 'opens',
      endsGroup && 'closes',
      highlighted && 'lit',
      status === 'failed' && 'failed',
    ]
    const readers = group && mine && endsGroup && !deleted ? message.readStatuses.length : 0
    return (
      <article
        ref={article}
        class={classes.filter(Boolean).join(' ')}
        data-key={message.key}
        tabIndex={-1}
        aria-label={`${mine ? t.rooms.you : sender.fullName}, ${clockTime(timestamp)}`}
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
            {endsGroup && (
              <PersonButton person={sender} again>
                <Avatar id={sender.id} name={sender.fullName} picture={sender.profilePic} />
              </PersonButton>
            )}
          </span>
        )}
        <div class="bubble">
          {startsGroup && group && !mine && (
            <PersonButton person={sender} class="of-author">
              <b class={`author hue-${sender.id % 8}`} dir="auto">
                {sender.fullName}
              </b>
            </PersonButton>
          )}
          {quote && (
            <button type="button" class="quote" onClick={() => actions.goTo(quote.id)}>
              <b dir="auto">{quote.senderName}</b>
              <span dir="auto">
                {quote.deleted ? t.room.deleted : quote.text ? plainText(quote.text) : t.room.attachment}
              </span>
            </button>
          )}
          {!deleted && <Attachment message={message} actions={actions} />}
          {deleted ? (
            <p class="gone">{t.room.deleted}</p>
          ) : (
            text && (
              <div class="text" dir="auto">
                <ErrorBoundary of={text} instead={<p>{text}</p>}>
                  <MessageText text={text} mentions={id === null ? null : message.mentions} />
                </ErrorBoundary>
              </div>
            )
          )}
          <span class="meta">
            {message.editedAt && !deleted && <span title={fullTime(message.editedAt)}>{t.room.edited}</span>}
            {readers > 0 && (
              <button type="button" class="read-by" onClick={() => actions.readers(message)}>
                {t.room.readByCount(readers)}
              </button>
            )}
            <time dateTime={timestamp} title={fullTime(timestamp)}>
              {clockTime(timestamp)}
            </time>
            {mine && !deleted && <DeliveryStatus status={status} />}
          </span>
          <Reactions message={message} reactionActions={reactionActions} />
        </div>
        {choices.length > 0 && status !== 'failed' && (
          <IconButton icon="more" class="deeds" label={t.room.more} onClick={(event) => ask(pointOf(event))} />
        )}
        {near && alive && <QuickRow message={message} reactionActions={reactionActions} />}
        {status === 'failed' && <SendFailure message={message} actions={actions} />}
        {menu && (
          <Menu
            at={menu}
            label={t.room.more}
            choices={
              alive
                ? [{ label: t.room.react, icon: 'smile', run: () => reactionActions.pick(message, menu) }, ...choices]
                : choices
            }
            quick={
              alive
                ? QUICK.map((sign) => ({
                    label: t.room.reactWith(sign),
                    sign,
                    pressed: hasReacted(message, sign, reactionActions.me),
                    run: () => reactionActions.react(message, sign),
                  }))
                : []
            }
            onClose={() => setMenu(null)}
          />
        )}
      </article>
    )
  },
)
