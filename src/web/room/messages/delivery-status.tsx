/** The delivery status of the user's own message. */
import type { RoomMessage } from '../../../client'
import { Icon, type IconName } from '../../parts/icon'
import { t } from '../../words'

const ICONS: Record<RoomMessage['status'], IconName> = {
  sending: 'clock',
  failed: 'warning',
  sent: 'tick',
  delivered: 'ticks',
  read: 'ticks',
}

export function DeliveryStatus({ status }: { status: RoomMessage['status'] }) {
  return (
    <span class={`ticks ${status}`} title={t.room.status[status]}>
      <Icon name={ICONS[status]} />
      <span class="visually-hidden">{t.room.status[status]}</span>
    </span>
  )
}
