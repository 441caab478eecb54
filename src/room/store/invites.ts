/**
 * Invitations back: somebody who left a group by themselves is asked, and comes in only by accepting. One who declines is
 * left alone for a while.
 */
import type { Caller } from '../../actor/rpc/caller'
import type { RoomRecord } from '../../actor/rpc/summary'
import { LIMITS, TIMES } from '../../config'
import type { RoomBlock } from '../../directory/rooms/projection'
import { type Refused, type RoomInvite, refuse, type UserId } from '../../protocol'
import type { RoomContext } from '../context'
import type { Members } from '../usecases/members'
import type { InvitationRow, MemberRow } from './schema'

type Row = InvitationRow & Record<string, SqlStorageValue>

/** What is stored of them: synchronous queries over the room's own SQLite. */
export class InviteStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  of(user: UserId): InvitationRow | undefined {
    return this.#sql.exec<Row>('SELECT * FROM invitations WHERE user_id = ?', user).toArray()[0]
  }

  /** Those that wait for an answer, oldest first. */
  open(): InvitationRow[] {
    return this.#sql
      .exec<Row>('SELECT * FROM invitations WHERE declined_at IS NULL ORDER BY invited_at, user_id')
      .toArray()
  }

  put({ user_id, invited_by, invited_at, declined_at }: InvitationRow): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO invitations (user_id, invited_by, invited_at, declined_at) VALUES (?, ?, ?, ?)',
      user_id,
      invited_by,
      invited_at,
      declined_at,
    )
  }

  remove(user: UserId): void {
    this.#sql.exec('DELETE FROM invitations WHERE user_id = ?', user)
  }
}

export class InviteAnswers {
  readonly #context: RoomContext
  readonly #membership: Members

  constructor(context: RoomContext, membership: Members) {
    this.#context = context
    this.#membership = membership
  }

  /** Those whom admins have asked and who have not answered. */
  list(caller: Caller): RoomInvite[] | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    return this.#context.invites.open().map(({ user_id, invited_by, invited_at }) => ({
      user: { id: user_id, username: '', full_name: '', profile_pic: null },
      invited_by,
      invited_at: new Date(invited_at).toISOString(),
    }))
  }

  /** Takes an invitation back. */
  withdraw(caller: Caller, user: UserId): true | Refused {
    const group = this.#membership.admitAdmin(caller)
    if ('refused' in group) return group
    return this.#membership.endInvite(user, 'withdrawn') ? true : refuse('not_found')
  }

  /** Comes back in. Whoever was not asked learns nothing of the room. */
  accept(caller: Caller, blocks: readonly RoomBlock[]): RoomRecord | Refused {
    if (!this.#isAsked(caller)) return refuse('not_found')
    if (this.#context.members.current().length >= LIMITS.members) return refuse('room_full')
    this.#membership.grant(caller, blocks)
    return this.#membership.detail(caller)
  }

  decline(caller: Caller): true | Refused {
    if (!this.#isAsked(caller)) return refuse('not_found')
    this.#membership.endInvite(caller.id, 'declined')
    return true
  }

  #isAsked({ id }: Caller): boolean {
    const { room, invites } = this.#context
    const invite = invites.of(id)
    return room?.deleted_at === null && invite !== undefined && invite.declined_at === null
  }
}

/** Whether somebody who left may be asked again: not soon after they have declined. Pure. */
export const mayBeInvited = (invite: InvitationRow | undefined, now: number): boolean =>
  invite?.declined_at == null || invite.declined_at + TIMES.inviteCooldown <= now

/** Whether somebody comes in only by accepting. Pure. */
export const mustAccept = (known: MemberRow | undefined): boolean =>
  known !== undefined && known.left_at !== null && known.left_freely === 1
