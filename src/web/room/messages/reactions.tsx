/** The reactions of a message, and the quick row of common emoji. */
import type { RoomMessage } from '../../../client'
import { IconButton } from '../../parts/icon-button'
import { type Point, pointOf } from '../../parts/popover'
import { Rows } from '../../parts/rows'
import { t } from '../../words'

/** The emoji of the quick row. */
export const QUICK = ['👍', '❤️', '😂', '🎉', '😮', '😢']

export interface ReactionActions {
  me: number
  /** Undefined for former members. */
  nameOf(user: number): string | undefined
  /** Adds or removes the user's reaction. */
  react(message: RoomMessage, emoji: string): void
  /** Opens the emoji picker. */
  pick(message: RoomMessage, at: Point): void
}

export const hasReacted = ({ reactions }: RoomMessage, emoji: string, user: number): boolean =>
  reactions.some((each) => each.emoji === emoji && each.userIds.includes(user))

interface Props {
  message: RoomMessage
  reactionActions: ReactionActions
}

export function Reactions({ message, reactionActions }: Props) {
  if (message.reactions.length === 0) return null
  const { me, nameOf } = reactionActions
  return (
    <ul class="reactions" aria-label={t.room.reactions}>
      <Rows items={message.reactions} keyOf={({ emoji }) => emoji}>
        {({ emoji, count, userIds }) => {
          const who = t.room.reactedBy(userIds.map((id) => (id === me ? t.rooms.you : (nameOf(id) ?? t.room.somebody))))
          return (
            <li>
              <button
                type="button"
                aria-pressed={userIds.includes(me)}
                aria-label={`${emoji} ${count}, ${who}`}
                title={who}
                onClick={() => reactionActions.react(message, emoji)}
              >
                <span>{emoji}</span>
                {count}
              </button>
            </li>
          )
        }}
      </Rows>
      <li>
        <IconButton
          icon="smile"
          label={t.room.react}
          onClick={(event) => reactionActions.pick(message, pointOf(event))}
        />
      </li>
    </ul>
  )
}

/** The quick row beside the hovered or focused message. */
export function QuickRow({ message, reactionActions }: Props) {
  return (
    <div class="quick-row" role="toolbar" aria-label={t.room.react}>
      {QUICK.map((emoji) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={hasReacted(message, emoji, reactionActions.me)}
          aria-label={t.room.reactWith(emoji)}
          title={t.room.reactWith(emoji)}
          onClick={() => reactionActions.react(message, emoji)}
        >
          {emoji}
        </button>
      ))}
      <IconButton
        icon="smile"
        label={t.room.moreEmoji}
        onClick={(event) => reactionActions.pick(message, pointOf(event))}
      />
    </div>
  )
}
