/** Invites of former members who left by themselves: they come back only by accepting. Synchronous queries. */
import { columnsOf } from '../../actor/store/columns'
import { TIMES } from '../../config'
import type { UserId } from '../../protocol'
import { type InvitationRow, invitations, type MemberRow } from './schema'

const COLUMNS = columnsOf(invitations)

export class InviteStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  get(user: UserId): InvitationRow | undefined {
    return COLUMNS.select(this.#sql, 'FROM invitations WHERE user_id = ?', user)[0]
  }

  /** An invite that waits for its answer. */
  getOpen(user: UserId): InvitationRow | undefined {
    const invite = this.get(user)
    return invite?.declined_at === null ? invite : undefined
  }

  /** Invites that wait for their answer, oldest first. */
  allOpen(): InvitationRow[] {
    return COLUMNS.select(this.#sql, 'FROM invitations WHERE declined_at IS NULL ORDER BY invited_at, user_id')
  }

  save(invite: InvitationRow): void {
    COLUMNS.replace(this.#sql, invite)
  }

  remove(user: UserId): void {
    this.#sql.exec('DELETE FROM invitations WHERE user_id = ?', user)
  }
}

/** Whether a former member may be invited. A declined invite excludes another one for `TIMES.inviteCooldown`. Pure. */
export const mayBeInvited = (invite: InvitationRow | undefined, now: number): boolean =>
  invite?.declined_at == null || invite.declined_at + TIMES.inviteCooldown <= now

/** Whether a person joins only by accepting an invite: a former member who left by themselves. Pure. */
export const mustAccept = (row: MemberRow | undefined): boolean =>
  row !== undefined && row.left_at !== null && row.left_freely === 1
