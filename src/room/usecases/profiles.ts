/** Takes over a person's new names and picture. */
import type { Person } from '../../protocol'
import type { Announcements } from '../outbound/announcements'
import type { DirectoryProjection } from '../outbound/directory-projection'
import type { Publisher } from '../outbound/publisher'
import type { SidebarPush } from '../outbound/sidebar-push'
import { hasSameProfile, isNewerThan } from '../store/members'
import type { MemberRow } from '../store/schema'
import type { RoomStores } from '../store/stores'

export interface ProfileParts {
  stores: RoomStores
  publisher: Publisher
  announcements: Announcements
  sidebars: SidebarPush
  projection: DirectoryProjection
}

export class Profiles {
  readonly #parts: ProfileParts

  constructor(parts: ProfileParts) {
    this.#parts = parts
  }

  /** A member or former member has another name or picture. */
  changed(person: Person): void {
    const { room, members } = this.#parts.stores
    const row = members.everJoined(person.id)
    if (row && room.open) this.update(row, person)
  }

  /**
   * Updates a member or former member, whose messages show the name too. Versions order the changes: an older one that arrives
   * late changes nothing. An open connection is no source, because its caller has the names of the time when it was opened.
   */
  update(row: MemberRow, person: Person): MemberRow {
    const { stores, publisher, announcements, sidebars, projection } = this.#parts
    if (isNewerThan(row, person)) return row
    const { version = row.person_version } = person
    if (hasSameProfile(row, person)) {
      return version === row.person_version ? row : stores.members.confirmVersion(row, version)
    }
    const renamed = stores.members.rename(row, person, stores.timeline.next())
    announcements.refreshInvites(renamed.user_id)
    sidebars.causedBy(person.id)
    if (renamed.left_at !== null) publisher.removal(renamed, true)
    else {
      publisher.member('member_updated', renamed, true)
      projection.changed(renamed.changed_seq)
    }
    sidebars.changed()
    return renamed
  }
}
