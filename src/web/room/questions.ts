/** What is asked before somebody goes from a group, or a link to it ends. */
import type { Participant, Room } from '../../client'
import { ask } from '../parts/asking'
import { t } from '../words'
import { leaveRoom } from './standing'

export const askToLeave = (room: Room, name: string): void =>
  ask({ title: t.ask.leave(name), hint: t.ask.leaveHint, deed: t.room.leave, run: () => leaveRoom(room.id) })

export const askToRemove = (room: Room, { id, full_name }: Participant): void =>
  ask({
    title: t.ask.remove(full_name),
    hint: t.ask.removeHint,
    deed: t.room.remove,
    run: () => room.removeMember(id),
  })

export const askToBan = (room: Room, { id, full_name }: Participant): void =>
  ask({ title: t.ask.ban(full_name), hint: t.ask.banHint, deed: t.room.ban, run: () => room.ban(id) })

export const askToRevoke = (room: Room, done: () => void): void =>
  ask({
    title: t.ask.revoke,
    hint: t.ask.revokeHint,
    deed: t.invite.revoke,
    run: () => room.revokeInvitation().then(done),
  })
