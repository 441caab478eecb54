/** Builds the parts of one room and gives each the parts that it uses. */

import type { Caller } from '../actor/rpc/caller'
import { Inbox } from '../actor/sockets/inbox'
import { Sockets } from '../actor/sockets/sockets'
import { Alarm } from '../actor/store/alarm'
import { migrate } from '../actor/store/migrate'
import { Outbox } from '../actor/store/outbox'
import { settings, TIMES } from '../config'
import type { UserId } from '../protocol'
import { Announcements } from './outbound/announcements'
import { Attachments } from './outbound/attachments'
import { Delivery } from './outbound/delivery'
import { DirectoryProjection } from './outbound/directory-projection'
import { Publisher } from './outbound/publisher'
import { PushBudget } from './outbound/push-budget'
import type { RoomSockets } from './outbound/room-sockets'
import { SidebarPush } from './outbound/sidebar-push'
import { RoomStorage } from './outbound/storage'
import { WebhookChanges } from './outbound/webhook-changes'
import { BlockViews } from './presenters/block-view'
import { RoomSummaries } from './presenters/room-summary'
import { Connections } from './sockets/connections'
import { roomDialect } from './sockets/frames'
import { Typing } from './sockets/typing'
import { migrations, snapshot } from './store/migrations'
import { RoomStores } from './store/stores'
import { Admission } from './usecases/admission'
import { Archive } from './usecases/archive'
import { Bans } from './usecases/bans'
import { Blocks } from './usecases/blocks'
import { Erasure } from './usecases/erasure'
import { History } from './usecases/history'
import { Hooks } from './usecases/hooks'
import { Invites } from './usecases/invites'
import { Lifecycle } from './usecases/lifecycle'
import { Links } from './usecases/links'
import { Members } from './usecases/members'
import { Messages } from './usecases/messages'
import { Profiles } from './usecases/profiles'
import { Reactions } from './usecases/reactions'
import { Receipts } from './usecases/receipts'
import { RoomRecords } from './usecases/room-records'
import { SystemMessages } from './usecases/system-messages'

/** Storage key of the authors whose changes are still to be pushed to sidebars. */
const AUTHORS = 'push_authors'
/** Storage key of the highest seq that every subscribed sidebar is known to have. */
const PUSHED_TO = 'pushed_to'

export type RoomParts = Awaited<ReturnType<typeof buildRoom>>

/** To be awaited under `blockConcurrencyWhile`, so that no event is handled before the pending alarm is known. */
export async function buildRoom(ctx: DurableObjectState, env: Env) {
  const { storage } = ctx
  const { sql } = storage
  migrate(storage, migrations, snapshot)
  const stores = new RoomStores(Number(ctx.id.name), sql)
  const alarm = new Alarm(ctx)
  await alarm.load()
  const authors = (await storage.get<UserId[]>(AUTHORS)) ?? []
  // Without a watermark no list was ever on screen when something was pushed.
  const pushedTo = (await storage.get<number>(PUSHED_TO)) ?? stores.timeline.seq

  // Outbound parts. The outbox and the sockets call parts that are built after them.
  const sockets: RoomSockets = new Sockets(ctx, 'room', (connection, lost) => connections.onClosed(connection, lost))
  const outbox = new Outbox(sql, alarm, {
    directory: (entry) =>
      projection.deliver(
        env.DIRECTORY,
        entry,
        (ids) => webhooks.beginWithRoom(ids),
        (...found) => blocks.reconcile(...found),
      ),
    opened: (entry) => connections.reportOpened(entry as Caller),
    closed: (entry) => connections.reportClosed(entry),
    announcement: (entry) => announcements.deliver(entry),
    media: (entry) => Attachments.deliver(env, entry),
    storage: () => roomStorage.deliver(env.DIRECTORY),
    webhook: (entry) => webhooks.deliver(entry),
  })
  const blockViews = new BlockViews(stores.blocks)
  const summaries = new RoomSummaries(stores, blockViews)
  const webhooks = new WebhookChanges(env, stores, outbox)
  const publisher = new Publisher(stores, blockViews, sockets, webhooks)
  const projection = new DirectoryProjection(outbox, stores)
  const announcements = new Announcements(env, stores, blockViews, summaries, sockets, outbox)
  const attachments = new Attachments(stores.roomId, env, sql, outbox)
  const roomStorage = new RoomStorage(stores, sql, outbox, announcements, settings(env).STORAGE_PER_ROOM)
  const { leases } = sockets
  const budget = new PushBudget(
    {
      cover: (user, work) => leases.cover(user, work),
      charge: (user, work) => leases.charge(user, work),
      release: (user) => leases.release(user),
      saveAuthors: (users) => void (users ? storage.put(AUTHORS, users) : storage.delete(AUTHORS)),
    },
    authors,
  )
  const savePushedTo = (seq: number) => void storage.put(PUSHED_TO, seq)
  const sidebars = new SidebarPush({ env, alarm, stores, summaries, sockets, budget, savePushedTo }, pushedTo)
  const delivery = new Delivery(sidebars, projection)
  const outbound = { sockets, outbox, publisher, projection, announcements, attachments, sidebars }

  // Use cases.
  const admission = new Admission(stores)
  const common = { ...outbound, stores, admission, blockViews, storage: roomStorage }
  const systemMessages = new SystemMessages(stores, admission, blockViews, publisher)
  const records = new RoomRecords(stores, admission, summaries, blockViews, sockets)
  const blocks = new Blocks(stores, blockViews, sockets, sidebars)
  const invites = new Invites(stores, admission, announcements)
  const lifecycle = new Lifecycle({ ...common, records, blocks, invites, systemMessages })
  const members = new Members({ ...common, records, blocks, invites, lifecycle, systemMessages })
  const links = new Links(stores, admission, summaries, records, members, sidebars)
  const bans = new Bans(stores, admission, invites, members, sidebars)
  const profiles = new Profiles(common)
  const messages = new Messages(common)
  const hooks = new Hooks(stores, admission, messages)
  const history = new History(stores, admission, blockViews)
  const receipts = new Receipts(stores, admission, publisher, sockets, sidebars)
  const reactions = new Reactions(stores, admission, publisher)
  const erasure = new Erasure({ stores, publisher, members, profiles })
  const archive = new Archive(storage, stores, alarm)

  // Sockets.
  const typing = new Typing(sockets)
  const connections = new Connections({ ...common, ctx, env, profiles, typing, systemMessages })
  const { timeline } = stores
  const inbox = new Inbox(
    sockets,
    roomDialect({ ...outbound, timeline, admission, messages, reactions, receipts, typing }),
  )
  alarm.covers(() => (stores.messages.search.index.indexedFrom > 0 ? Date.now() + TIMES.searchRebuild : null))
  alarm.arm()
  return {
    ...common,
    alarm,
    delivery,
    summaries,
    systemMessages,
    records,
    blocks,
    invites,
    lifecycle,
    members,
    links,
    bans,
    profiles,
    messages,
    hooks,
    webhooks,
    history,
    receipts,
    reactions,
    erasure,
    archive,
    typing,
    connections,
    inbox,
  }
}
