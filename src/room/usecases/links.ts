/** Invitation links, and joining by one. The room decides in one thread, so the last use of a link admits one person. */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { LIMITS } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import { type Invitation, isRefused, newLinkCode, type Refused, refuse, type UserId } from '../../protocol'
import type { SidebarPush } from '../outbound/sidebar-push'
import type { PublicPreview, RoomSummaries } from '../presenters/room-summary'
import { isoOrNull } from '../presenters/time'
import { isOpen, type LinkLimits } from '../store/links'
import type { LinkRow } from '../store/schema'
import type { RoomStores } from '../store/stores'
import type { Admission } from './admission'
import type { Members } from './members'
import type { RoomRecords } from './room-records'

/** A group as the holder of a link sees it before joining. */
export interface Preview extends PublicPreview {
  is_member: boolean
}

export class Links {
  readonly #stores: RoomStores
  readonly #admission: Admission
  readonly #summaries: RoomSummaries
  readonly #records: RoomRecords
  readonly #members: Members
  readonly #sidebars: SidebarPush

  constructor(
    stores: RoomStores,
    admission: Admission,
    summaries: RoomSummaries,
    records: RoomRecords,
    members: Members,
    sidebars: SidebarPush,
  ) {
    this.#stores = stores
    this.#admission = admission
    this.#summaries = summaries
    this.#records = records
    this.#members = members
    this.#sidebars = sidebars
  }

  /** The open link. The first member who asks opens it; after an admin revoked it, only an admin opens another one. */
  get(caller: Caller): Invitation | Refused {
    const admitted = this.#admission.admit(caller)
    if (isRefused(admitted)) return admitted
    if (!admitted.room.is_group) return refuse('direct_room')
    const link = this.#stores.links.newest() ?? this.#open(caller, { expires_at: null, max_uses: null })
    return isOpen(link, Date.now()) ? this.#invitation(link, caller) : refuse('link_expired')
  }

  /** Opens a new link and revokes the one before it. */
  open(caller: Caller, limits: LinkLimits): Invitation | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    return isRefused(admitted) ? admitted : this.#invitation(this.#open(caller, limits), caller)
  }

  revoke(caller: Caller): true | Refused {
    const admitted = this.#admission.admitAdmin(caller)
    if (isRefused(admitted)) return admitted
    this.#stores.links.revoke(Date.now())
    return true
  }

  /** `hidden`: members separated from the caller by a block. */
  preview(caller: Caller, code: string, hidden: readonly UserId[]): Preview | Refused {
    const link = this.#admitByLink(caller, code)
    if (isRefused(link)) return link
    const preview = this.#summaries.publicPreview(hidden)
    if (!preview) return refuse('not_found')
    return { ...preview, is_member: this.#stores.members.get(caller.id) !== undefined }
  }

  /** Admits the caller. A member stays one, and uses nothing up. `blocks`: between the caller and the members. */
  join(caller: Caller, code: string, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    const { members, links } = this.#stores
    const link = this.#admitByLink(caller, code)
    if (isRefused(link)) return link
    if (members.get(caller.id)) return this.#records.of(caller)
    if (members.current().length >= LIMITS.members) return refuse('room_full')
    links.countUse(link.code)
    this.#members.grant(caller, blocks)
    this.#sidebars.causedBy(caller.id)
    return this.#records.of(caller)
  }

  /** An open link, for a caller who is not banned. A code that never existed is refused like an unknown room. */
  #admitByLink(caller: Caller, code: string): LinkRow | Refused {
    const { room, links, bans, members } = this.#stores
    const link = links.get(code)
    if (!room.open || !link) return refuse('not_found')
    if (bans.has(caller.id)) return refuse('banned')
    return isOpen(link, Date.now()) || members.get(caller.id) ? link : refuse('link_expired')
  }

  #open(caller: Caller, limits: LinkLimits): LinkRow {
    const { links, roomId, timeline } = this.#stores
    return links.open(newLinkCode(roomId), caller.id, limits, timeline.now())
  }

  #invitation({ code, expires_at, uses, max_uses }: LinkRow, { origin }: Caller): Invitation {
    return {
      room_id: this.#stores.roomId,
      code,
      link: `${origin}/join/${code}`,
      expires_at: isoOrNull(expires_at),
      uses,
      max_uses,
    }
  }
}
