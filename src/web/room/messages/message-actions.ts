/** What can be done with a message, and what of it somebody is offered. */
import type { RoomMessage } from '../../../client'
import type { MenuItem } from '../../parts/menu'
import { toast } from '../../parts/toasts'
import { t } from '../../words'

/** Done by whoever shows the messages. */
export interface MessageActions {
  reply(message: RoomMessage): void
  edit(message: RoomMessage): void
  remove(message: RoomMessage): void
  retry(message: RoomMessage): void
  discard(message: RoomMessage): void
  /** Ends an upload; what was written goes back to where it is written. */
  cancelUpload(message: RoomMessage): void
  readers(message: RoomMessage): void
  /** Says what its image shows. */
  describe(message: RoomMessage): void
  goTo(id: number): void
  openImage(image: Image): void
  /** The address of its image as it is now: the one that is known may have expired. */
  freshImageUrl(message: RoomMessage): Promise<string | null>
  copyLink(message: RoomMessage): void
}

export interface Image {
  src: string
  alt: string
}

export const copyText = (text: string) =>
  void navigator.clipboard.writeText(text).then(
    () => toast(t.common.copied),
    () => undefined,
  )

/** @param mayRemove whether those of others, too */
export function menuItemsFor(message: RoomMessage, actions: MessageActions, mayRemove: boolean): MenuItem[] {
  const { id, mine, deleted, content, image } = message
  const stored = id !== null
  const alive = stored && !deleted
  const choice = (when: unknown, label: string, icon: MenuItem['icon'], run: () => void): MenuItem[] =>
    when ? [{ label, icon, run }] : []
  return [
    ...choice(alive, t.room.reply, 'reply', () => actions.reply(message)),
    ...choice(content, t.room.copy, 'copy', () => copyText(content ?? '')),
    ...choice(stored, t.room.copyLink, 'link', () => actions.copyLink(message)),
    ...choice(mine && alive, t.room.edit, 'edit', () => actions.edit(message)),
    ...choice(mine && alive && image, t.room.describe, 'describe', () => actions.describe(message)),
    ...choice(mine && alive, t.room.readBy, 'ticks', () => actions.readers(message)),
    ...choice(alive && (mine || mayRemove), t.room.discard, 'trash', () => actions.remove(message)).map((each) => ({
      ...each,
      danger: true,
    })),
  ]
}
