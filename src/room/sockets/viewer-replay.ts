/** The replay source of one viewer: the room's events as their block view shows them. */
import { BOUNDS } from '../../config'
import type { RoomDown, UserId } from '../../protocol'
import type { Publisher } from '../outbound/publisher'
import type { BlockView, BlockViews } from '../presenters/block-view'
import { deliveredEvent, memberEvent, readEvent, removalEvent, roomEvent } from '../presenters/events'
import type { ReadStep } from '../store/read-steps'
import type { MemberRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { SystemMessages } from '../usecases/system-messages'
import type { ReplaySource, ReplayStep } from './replay'

export interface ReplayParts {
  stores: RoomStores
  blockViews: BlockViews
  systemMessages: SystemMessages
  publisher: Publisher
}

/** `hasSystem`: whether the connection receives system messages. */
export function replaySource(parts: ReplayParts, viewer: UserId, hasSystem: boolean): ReplaySource {
  const { stores, publisher, systemMessages } = parts
  const blockView = parts.blockViews.of(viewer)
  return {
    seq: () => stores.timeline.seq,
    flush: () => publisher.flush(),
    messages: stores.messages,
    messageEvent: (type, seq, row) => ({ type, seq, message: publisher.messageView(blockView).of(row) }),
    otherSteps: (since, after, limit) => {
      const steps = stores.members
        .changedSince(since)
        .flatMap((row) => memberSteps(stores, row, since, after, blockView))
      const system = hasSystem ? systemMessages.eventsSince(since, limit, blockView) : []
      for (const { seq, event } of system) steps.push({ seq, event: () => event })
      const room = stores.room.row
      if (room && room.changed_seq > since) steps.push({ seq: room.changed_seq, event: () => roomEvent(room) })
      return steps
    },
  }
}

/** Events about one member after `since`, for a client that last had the room at `after`. */
function memberSteps(
  stores: RoomStores,
  row: MemberRow,
  since: number,
  after: number,
  blockView: BlockView | undefined,
): ReplayStep[] {
  const steps: ReplayStep[] = []
  const add = (seq: number, event: RoomDown) => steps.push({ seq, event: () => event })
  const { changed_seq: seq } = row
  if (seq > since && row.left_at !== null) add(seq, removalEvent(row, blockView))
  else if (seq > since) {
    add(seq, memberEvent(row.joined_seq > after ? 'member_added' : 'member_updated', row, blockView))
  }
  if (row.left_at !== null || blockView?.hides(row.user_id)) return steps
  if (row.read_seq > since) for (const step of readSteps(stores, row, since)) add(step.seq, readEvent(row, step))
  if (row.delivered_seq > since) add(row.delivered_seq, deliveredEvent(row))
  return steps
}

/** The moves of a read cursor after `since`; in a large room, whose clients do not show each reader, only the last one. */
function readSteps({ members }: RoomStores, row: MemberRow, since: number): ReadStep[] {
  const steps = members.readSteps.newest(row).filter((step) => step.seq > since)
  return members.current().length > BOUNDS.presenceRoomSize ? steps.slice(-1) : steps
}
