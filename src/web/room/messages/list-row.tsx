/** One row of the message list: a message, a day, the divider, or a notice. */
import type { RoomSnapshot } from '../../../client'
import { dayName, fullTime } from '../../times'
import { t } from '../../words'
import type { MessageActions } from './message-actions'
import { MessageRow } from './message-row'
import type { ReactionActions } from './reactions'
import type { Row } from './rows'
import { SystemMessageLine } from './system-messages'

interface Props {
  row: Row
  group: boolean
  highlighted: boolean
  mayRemove: boolean
  actions: MessageActions
  reactionActions: ReactionActions
  people: Pick<RoomSnapshot, 'me' | 'members'>
  /** True if this day floats at the top instead. */
  floats: boolean
}

export function ListRow({ row, floats, people, ...rest }: Props) {
  switch (row.kind) {
    case 'start':
      return <p class="hint start">{t.room.beginning}</p>
    case 'older':
      return (
        <div class="skeleton older" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      )
    case 'line':
      return <SystemMessageLine line={row.line} people={people} />
    case 'kept':
      return <p class="hint start">{t.room.kept(fullTime(new Date(row.at).toISOString()))}</p>
    case 'day':
      return (
        <p class={floats ? 'day away' : 'day'}>
          <span>{dayName(row.time)}</span>
        </p>
      )
    case 'new':
      return (
        <p class="new">
          <span>{t.room.newMessages}</span>
        </p>
      )
    case 'message':
      return <MessageRow message={row.message} startsGroup={row.startsGroup} endsGroup={row.endsGroup} {...rest} />
  }
}
