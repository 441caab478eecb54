/** What can be done with a message, and what of it somebody is offered. */
import type { RoomMessage } from '../../client'
import type { Choice } from '../parts/menu'
import { toast } from '../parts/toasts'
import { t } from '../words'

/** Done by whoever shows the messages. */
export interface Deeds {
  reply(message: RoomMessage): void
  edit(message: RoomMessage): void
  remove(message: RoomMessage): void
  retry(message: RoomMessage): void
  discard(message: RoomMessage): void
  /** Ends an upload; what was written goes back to where it is written. */
  recall(message: RoomMessage): void
  readers(message: RoomMessage): void
  /** Says what its image shows. */
  describe(message: RoomMessage): void
  goTo(id: number): void
  openImage(image: Image): void
  /** The address of its image as it is now: the one that is known may have expired. */
  imageOf(message: RoomMessage): Promise<string | null>
  copyLink(message: RoomMessage): void
}

export interface Image {
  src: string
  alt: string
}

export const copy = (text: string) =>
  void navigator.clipboard.writeText(text).then(
    () => toast(t.common.copied),
    () => undefined,
  )

/** @param mayRemove whether those of others, too */
export function choicesOf(message: RoomMessage, deeds: Deeds, mayRemove: boolean): Choice[] {
  const { id, mine, deleted, content, image } = message
  const stored = id !== null
  const alive = stored && !deleted
  const choice = (when: unknown, label: string, icon: Choice['icon'], run: () => void): Choice[] =>
    when ? [{ label, icon, run }] : []
  return [
    ...choice(alive, t.room.reply, 'reply', () => deeds.reply(message)),
    ...choice(content, t.room.copy, 'copy', () => copy(content ?? '')),
    ...choice(stored, t.room.copyLink, 'link', () => deeds.copyLink(message)),
    ...choice(mine && alive, t.room.edit, 'edit', () => deeds.edit(message)),
    ...choice(mine && alive && image, t.room.describe, 'describe', () => deeds.describe(message)),
    ...choice(mine && alive, t.room.readBy, 'ticks', () => deeds.readers(message)),
    ...choice(alive && (mine || mayRemove), t.room.discard, 'trash', () => deeds.remove(message)).map((each) => ({
      ...each,
      danger: true,
    })),
  ]
}
