/** Passes announcements of rooms on to the feed, as far as the owner's settings admit them. */
import type { Announcement } from '../../actor/rpc/announcement'
import { feedStub, inTime } from '../../actor/rpc/stubs'
import type { InviteStatus, MessageId, RoomId, UserId } from '../../protocol'
import type { RoomStore } from '../store/rooms'

export class Announcements {
  readonly #env: Pick<Env, 'FEEDS'>
  readonly #user: UserId
  readonly #rooms: RoomStore

  constructor(env: Pick<Env, 'FEEDS'>, user: UserId, rooms: RoomStore) {
    this.#env = env
    this.#user = user
    this.#rooms = rooms
  }

  /** Drops an announcement that the owner muted. System announcements are not events of a room, and always pass. */
  async announce(announcement: Announcement): Promise<void> {
    if (announcement.room_id !== null && announcement.type !== 'system') {
      const { notify } = this.#rooms.settingsOf(announcement.room_id)
      if (notify === 'nothing' || (notify === 'mentions' && announcement.type !== 'mention')) return
    }
    await inTime(this.#feed.announce(announcement))
  }

  async withdrawMention(room: RoomId, message: MessageId): Promise<void> {
    await inTime(this.#feed.withdrawMention(room, message))
  }

  async inviteAnswered(room: RoomId, status: Exclude<InviteStatus, 'open'>, version: number): Promise<void> {
    await inTime(this.#feed.inviteAnswered(room, status, version))
  }

  async markReadBySubject(subject: string): Promise<void> {
    await inTime(this.#feed.markReadBySubject(subject))
  }

  get #feed() {
    return feedStub(this.#env, this.#user)
  }
}
