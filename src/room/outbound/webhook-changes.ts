/** Tells webhooks that the room has changed, and gives them the changes above their cursor. */

import type { RoomChange } from '../../actor/rpc/room-change'
import { inTime, webhookStub } from '../../actor/rpc/stubs'
import type { Outbox } from '../../actor/store/outbox'
import { imageUrl } from '../../media/urls'
import type { ChangeType, WebhookEvent } from '../../protocol'
import { MessageView } from '../presenters/message-view'
import { participant, sender } from '../presenters/participant'
import { iso } from '../presenters/time'
import type { ChangeRow, MessageRow } from '../store/schema'
import type { RoomStores } from '../store/stores'

/**
 * The outbox entry of a webhook only says that there is something: the webhook's actor has a cursor and reads what is above it. New
 * messages are read from their own table; other changes are logged, one row each. A room without webhooks writes neither.
 */
export class WebhookChanges {
  readonly #env: Pick<Env, 'WEBHOOKS'>
  readonly #stores: RoomStores
  readonly #outbox: Outbox

  constructor(env: Pick<Env, 'WEBHOOKS'>, stores: RoomStores, outbox: Outbox) {
    this.#env = env
    this.#stores = stores
    this.#outbox = outbox
  }

  /** A webhook receives what happens from now on. Repeating it changes nothing. */
  begin(webhook: number): void {
    const { webhooks, room, timeline } = this.#stores
    if (room.open && !webhooks.all().has(webhook)) webhooks.add(webhook, timeline.seq)
  }

  /** Webhooks that are older than the room receive it from its creation. */
  beginWithRoom(ids: readonly number[]): void {
    const { webhooks, members, room } = this.#stores
    const newcomers = ids.filter((id) => !webhooks.all().has(id))
    if (newcomers.length === 0 || !room.row) return
    for (const id of newcomers) webhooks.add(id, 0)
    const { created_at } = room.row
    webhooks.record(1, 'room.created', null, created_at)
    for (const row of members.current()) webhooks.record(row.joined_seq, 'member.added', row.user_id, row.joined_at)
    this.posted()
  }

  /** A message was stored. */
  posted(): void {
    for (const id of this.#stores.webhooks.all().keys()) this.#outbox.enqueue(`webhook:${id}`, { id })
  }

  /** Anything else has changed. `subject`: the message or the user. */
  changed(seq: number, type: ChangeType, subject: number | null): void {
    const { webhooks, timeline } = this.#stores
    if (webhooks.all().size === 0) return
    webhooks.record(seq, type, subject, timeline.now())
    this.posted()
  }

  /** Delivers the outbox entry. */
  async deliver(payload: unknown): Promise<void> {
    const { id } = payload as { id: number }
    const { webhooks, roomId } = this.#stores
    const since = webhooks.all().get(id)
    if (since === undefined) return
    if (!(await inTime(webhookStub(this.#env, id).changed(roomId, since)))) webhooks.remove(id)
  }

  /** The changes above `after`, oldest first. What they show is as it is now. */
  page(after: number, limit: number, origin: string): RoomChange[] {
    const { messages, webhooks } = this.#stores
    const view = new MessageView(this.#stores, origin)
    const created = messages.page({ after, limit }).map((row) => this.#newMessage(row, view))
    const changed = webhooks.changesAfter(after, limit).map((row) => this.#change(row, view, origin))
    return [...created, ...changed].sort((a, b) => a.seq - b.seq).slice(0, limit)
  }

  #newMessage(row: MessageRow, view: MessageView): RoomChange {
    return this.#toChange('message.new', row.id, row.created_at, view.of(row))
  }

  #change({ seq, type, subject, at }: ChangeRow, view: MessageView, origin: string): RoomChange {
    const data = type.startsWith('member.')
      ? this.#member(type, subject, origin)
      : type.startsWith('room.')
        ? this.#room(origin)
        : this.#message(subject, view)
    return this.#toChange(type, seq, at, data)
  }

  #toChange(type: string, seq: number, at: number, data: object | null): RoomChange {
    const event = {
      type,
      timestamp: iso(at),
      room_id: this.#stores.roomId,
      seq,
      data: { ...data },
    } satisfies WebhookEvent
    return { seq, type, at, body: data && JSON.stringify(event) }
  }

  #message(id: number | null, view: MessageView): object | null {
    const row = id === null ? undefined : this.#stores.messages.get(id)
    return row ? view.of(row) : null
  }

  #member(type: ChangeType, user: number | null, origin: string): object | null {
    const row = user === null ? undefined : this.#stores.members.everJoined(user)
    if (!row) return null
    return type === 'member.removed' ? sender(row, origin) : participant(row, origin)
  }

  #room(origin: string): object | null {
    const { row } = this.#stores.room
    if (!row) return null
    const { id, name: room_name, description, picture, is_group } = row
    return { id, room_name, description, group_image: imageUrl(origin, picture), is_group: is_group === 1 }
  }
}
