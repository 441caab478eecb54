/** Confirmations before leaving, removing, banning and revoking the link. */

import type { Participant, Room } from '../../../client'
import { manage } from '../../chat'
import { askToConfirm } from '../../parts/confirm'
import { t } from '../../words'
import { leaveRoom } from '../read-only-notice'

export const askToLeave = (room: Room, name: string): void =>
  askToConfirm({
    title: t.ask.leave(name),
    hint: t.ask.leaveHint,
    confirmLabel: t.room.leave,
    run: () => leaveRoom(room.id),
  })

export const askToRemove = (room: Room, { id, fullName }: Participant): void =>
  askToConfirm({
    title: t.ask.remove(fullName),
    hint: t.ask.removeHint,
    confirmLabel: t.room.remove,
    run: () => manage(room).removeMember(id),
  })

export const askToBan = (room: Room, { id, fullName }: Participant): void =>
  askToConfirm({
    title: t.ask.ban(fullName),
    hint: t.ask.banHint,
    confirmLabel: t.room.ban,
    run: () => manage(room).ban(id),
  })

export const askToRevoke = (room: Room, done: () => void): void =>
  askToConfirm({
    title: t.ask.revoke,
    hint: t.ask.revokeHint,
    confirmLabel: t.invite.revoke,
    run: () => manage(room).revokeInvitation().then(done),
  })
