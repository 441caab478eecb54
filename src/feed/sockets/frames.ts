/** The commands of a feed's connections and their rate classes. */
import type { Dialect, FrameRates } from '../../actor/sockets/receive'
import type { Sockets } from '../../actor/sockets/sockets'
import { FeedUp } from '../../protocol'
import type { Publisher } from './publisher'

export const FEED_RATES: FrameRates<FeedUp, 'action'> = {
  mark_read: 'notice',
  mark_all_read: 'notice',
  get_unread: 'list',
}

/** What the commands need of the feed. */
export interface FeedCommands {
  setRead(id: number, isRead: boolean): object | null
  markAllRead(): number
}

export function feedDialect(
  sockets: Sockets<null>,
  publisher: Publisher,
  commands: FeedCommands,
): Dialect<FeedUp, 'action', null> {
  return {
    schema: FeedUp,
    name: 'action',
    rates: FEED_RATES,
    handlers: {
      mark_read: ({ notification_id, ref }, from) => {
        const success = commands.setRead(notification_id, true) !== null
        sockets.send(from, { type: 'mark_read_response', notification_id, success, ref })
      },
      mark_all_read: ({ ref }, from) => {
        sockets.send(from, { type: 'mark_all_read_response', count: commands.markAllRead(), success: true, ref })
      },
      get_unread: ({ ref }, from) => {
        sockets.send(from, { ...publisher.unreadFrame(), ref })
      },
    },
  }
}
