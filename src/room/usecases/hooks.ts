/** Incoming hooks: admins make them, and programs post by them as a bot of the hook's name. */
import type { Caller } from '../../actor/rpc/caller'
import { type Hook, isRefused, LIMITS, type MessageDraft, newId, type Refused, refuse } from '../../protocol'
import { iso } from '../presenters/time'
import type { HookRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import type { Messages, Posted } from './messages'

export class Hooks {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #messages: Messages

  constructor(stores: RoomStores, admission: Admission, messages: Messages) {
    this.#stores = stores
    this.#admission = admission
    this.#messages = messages
  }

  /** Makes a hook with a bot of its own. @param hash the stored form of the URL's secret */
  create(caller: Caller, name: string, hash: string): Hook | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    const { hooks, members, timeline } = this.#stores
    if (hooks.all().length >= LIMITS.hooksPerRoom) return refuse('list_full')
    const now = timeline.now()
    const bot = { id: newId(), username: name, full_name: name, picture: null }
    members.addBot(bot, timeline.next(), now)
    const hook: HookRow = { id: newId(), hash, name, bot_id: bot.id, created_by: caller.id, created_at: now }
    hooks.add(hook)
    return toHook(hook)
  }

  /** Oldest first. */
  list(caller: Caller): Hook[] | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    return isRefused(admitted) ? admitted : this.#stores.hooks.all().map(toHook)
  }

  /** From now on its URL is unknown. Its messages stay. */
  remove(caller: Caller, id: number): true | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    return this.#stores.hooks.remove(id) ? true : refuse('not_found')
  }

  /** The hook of a URL, in a room that has not been deleted. */
  find(hash: string): HookRow | Refused {
    return (this.#stores.room.open && this.#stores.hooks.byHash(hash)) ?? refuse('not_found')
  }

  post({ bot_id, created_by }: HookRow, draft: MessageDraft): Posted | Refused {
    const bot = this.#stores.members.everJoined(bot_id)
    return bot ? this.#messages.postAs(bot, draft, created_by) : refuse('not_found')
  }
}

const toHook = ({ id, name, created_by, created_at }: HookRow): Hook => ({
  id,
  name,
  created_by,
  created_at: iso(created_at),
})
