/** RPC about messages. What REST sends counts against the same rate classes and budgets as frames. */
import { COSTS } from '../../actor/budget/costs'
import type { Caller } from '../../actor/rpc/caller'
import type { RoomChange } from '../../actor/rpc/room-change'
import {
  type Edit,
  isRefused,
  type Message,
  type MessageDraft,
  RATE_CLASSES,
  type ReadStatus,
  type Refused,
  type SystemMessage,
  type Version,
} from '../../protocol'
import type { Page } from '../presenters/page'
import type { Range } from '../store/messages'
import type { SearchQuery } from '../store/search'
import type { MessagePage, SearchAnswer } from '../usecases/history'
import { textWork } from '../usecases/message-work'
import { MemberRpc } from './member-rpc'

export abstract class MessageRpc extends MemberRpc {
  async post(caller: Caller, draft: MessageDraft): Promise<{ message: Message; created: boolean } | Refused> {
    const { messages, history, sockets, delivery } = this.parts
    const { leases } = sockets
    if (!messages.isRepeat(caller.id, draft)) {
      const tooSoon =
        (await leases.coverOrWait(caller.id, textWork(draft.content ?? ''))) ??
        (await leases.takeOrWait(caller.id, 'send'))
      if (tooSoon) return tooSoon
    }
    leases.charge(caller.id, COSTS.request)
    await messages.reserve(caller, draft)
    const posted = messages.post(caller, draft)
    if (isRefused(posted)) return posted
    const answer = { message: history.viewOf(caller).of(posted.row), created: posted.created }
    return delivery.after(answer, { by: caller.id })
  }

  /** A message by an incoming hook, for the budget of the admin who made the hook. `hash`: the stored form of its secret. */
  async postByHook(hash: string, draft: MessageDraft): Promise<{ message: Message; created: boolean } | Refused> {
    const { hooks, sockets, publisher, delivery } = this.parts
    const hook = hooks.find(hash)
    if (isRefused(hook)) return hook
    const work = COSTS.request + RATE_CLASSES.hook.cost
    const tooSoon = await sockets.leases.coverOrWait(hook.created_by, work + textWork(draft.content ?? ''))
    if (tooSoon) return tooSoon
    sockets.leases.charge(hook.created_by, work)
    const posted = hooks.post(hook, draft)
    if (isRefused(posted)) return posted
    return delivery.after({ message: publisher.messageView().of(posted.row), created: posted.created })
  }

  /** A webhook receives this room's changes from now on. */
  beginWebhook(webhook: number): void {
    this.parts.webhooks.begin(webhook)
  }

  /** The changes above `after`, oldest first, for a webhook's actor. URLs in them begin with `origin`. */
  changesAfter(after: number, limit: number, origin: string): RoomChange[] {
    return this.parts.webhooks.page(after, limit, origin)
  }

  message(caller: Caller, id: number): Message | Refused {
    return this.parts.history.get(caller, id)
  }

  page(caller: Caller, range: Range, words?: string): MessagePage | Refused {
    return this.parts.history.page(caller, range, words)
  }

  systemPage(caller: Caller, range: Range): Page<SystemMessage> | Refused {
    return this.parts.systemMessages.page(caller, range)
  }

  search(caller: Caller, query: SearchQuery): SearchAnswer | Refused {
    return this.parts.history.search(caller, query)
  }

  async edit(caller: Caller, id: number, edit: Edit): Promise<Message | Refused> {
    const { messages, history, sockets, delivery } = this.parts
    const { leases } = sockets
    const tooSoon =
      (await leases.coverOrWait(caller.id, textWork(edit.content ?? ''))) ??
      (await leases.takeOrWait(caller.id, 'send'))
    if (tooSoon) return tooSoon
    leases.charge(caller.id, COSTS.request)
    const row = messages.edit(caller, id, edit)
    return delivery.after(isRefused(row) ? row : history.viewOf(caller).of(row), { by: caller.id })
  }

  /** Gives a reaction (`given`) or takes it back. */
  async react(caller: Caller, id: number, emoji: string, given: boolean): Promise<Message | Refused> {
    const { reactions, history, sockets } = this.parts
    const { leases } = sockets
    const isRepeat = reactions.isRepeat(caller, id, emoji, given)
    const tooSoon = isRepeat ? null : await leases.takeOrWait(caller.id, 'react')
    if (tooSoon) return tooSoon
    leases.charge(caller.id, COSTS.request)
    const row = reactions.set(caller, id, emoji, given)
    return isRefused(row) ? row : history.viewOf(caller).of(row)
  }

  deleteMessage(caller: Caller, id: number): Promise<Message | Refused> {
    const { messages, history, delivery } = this.parts
    const row = messages.deleteMessage(caller, id)
    return delivery.after(isRefused(row) ? row : history.viewOf(caller).of(row), { by: caller.id })
  }

  /** Earlier texts, oldest first; `after` is when the last one of the page before was replaced (ms since 1970). */
  messageVersions(caller: Caller, id: number, limit?: number, after?: number): Version[] | Refused {
    return this.parts.history.versions(caller, id, limit, after)
  }

  markRead(caller: Caller, id: number): Promise<true | Refused> {
    const { receipts, delivery } = this.parts
    return delivery.after(receipts.move(caller, id, 'read', true), { by: caller.id })
  }

  readers(caller: Caller, id: number): ReadStatus[] | Refused {
    return this.parts.history.readers(caller, id)
  }
}
