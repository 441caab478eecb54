/** The actions on a message, and the menu that offers them. */
import type { RoomMessage } from '../../../client'
import type { MenuItem } from '../../parts/menu'
import { toast } from '../../parts/toasts'
import { t } from '../../words'

/** The actions, which the room page implements. */
export interface MessageActions {
  reply(message: RoomMessage): void
  edit(message: RoomMessage): void
  remove(message: RoomMessage): void
  retry(message: RoomMessage): void
  discard(message: RoomMessage): void
  /** Aborts an upload and puts the message back into the composer. */
  cancelUpload(message: RoomMessage): void
  readers(message: RoomMessage): void
  /** Opens the dialog for the image's description. */
  describe(message: RoomMessage): void
  goTo(id: number): void
  openImage(image: Image): void
  /** Loads the current URL of the image, because the known one may have expired. */
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

/** @param mayRemove true if the user may delete messages of others */
export function menuItemsFor(message: RoomMessage, actions: MessageActions, mayRemove: boolean): MenuItem[] {
  const { id, mine, deleted, text, image } = message
  const stored = id !== null
  const alive = stored && !deleted
  const choice = (when: unknown, label: string, icon: MenuItem['icon'], run: () => void): MenuItem[] =>
    when ? [{ label, icon, run }] : []
  return [
    ...choice(alive, t.room.reply, 'reply', () => actions.reply(message)),
    ...choice(text, t.room.copy, 'copy', () => copyText(text ?? '')),
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
