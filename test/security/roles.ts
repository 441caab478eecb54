/** The callers: one person for each relationship to a room, made once per file. */
import { env } from 'cloudflare:workers'
import { signAccess, verifyAccess } from '../../src/auth/tokens'
import { TIMES } from '../../src/config'
import { promote } from '../support/staff'
import { cast, done, type Frame, group, post, remove, type Someone } from '../support/world'

/** Who asks. Before the first that is signed in stand those with nothing that lets them in. */
export const ROLES = [
  'anonymous',
  'expired',
  'disabled',
  'stranger',
  'exMember',
  'banned',
  'member',
  'admin',
  'owner',
  'staff',
] as const
export type RoleName = (typeof ROLES)[number]

export const SIGNED_IN = ROLES.slice(ROLES.indexOf('stranger'))

/**
 * The roles' people, and some more: `outsider` has what is foreign to all of them, `friend` is there to make friends
 * with, `passer` for them to name, and `suspect` for staff to disable.
 */
export type Company = Record<Exclude<RoleName, 'anonymous'> | 'outsider' | 'friend' | 'passer' | 'suspect', Someone>

/** Registers them. Who has expired is a member with an old token. */
export async function assemble(): Promise<Company> {
  const people = await cast(
    ...(['disabled', 'stranger', 'exMember', 'banned', 'member', 'admin', 'owner', 'staff'] as const),
    ...(['outsider', 'friend', 'passer', 'suspect'] as const),
  )
  await promote(people.staff)
  await done(post(people.staff, `/api/admin/users/${people.disabled.id}/disable/`))
  return { ...people, expired: { ...people.member, access: await outdated(people.member) } }
}

/** A token of the same living session that has been valid, and is no more. */
async function outdated(who: Someone): Promise<string> {
  const { sid } = await verifyAccess([env.AUTH_SECRET], who.access)
  const person = { id: who.id, username: who.username, full_name: who.username, picture: null, version: 0 }
  const of = { person, sessionId: sid, sessionEnds: Date.now() + TIMES.refreshToken }
  return signAccess(env.AUTH_SECRET, of, Date.now() - TIMES.accessToken - 60_000)
}

/** The token with which a role asks. */
export const tokenOf = (company: Company, role: RoleName): string | undefined =>
  role === 'anonymous' ? undefined : company[role].access

/** Whose things a role's own are: those who cannot sign in ask for a member's. */
export const personOf = (company: Company, role: RoleName): Someone =>
  SIGNED_IN.includes(role) ? company[role as Exclude<RoleName, 'anonymous'>] : company.member

/** A group in which each of the roles stands as its name says. */
export async function theirGroup(company: Company, more: object = {}): Promise<Frame> {
  const { owner, admin, member, exMember, banned } = company
  const room = await group(owner, [admin, member, exMember, banned], more)
  await done(post(owner, `/api/chatrooms/${room.id}/assign_admin/`, { user_id: admin.id }))
  await done(post(owner, `/api/chatrooms/${room.id}/remove_member/`, { user_id: exMember.id }))
  await done(post(owner, `/api/chatrooms/${room.id}/bans/`, { user_id: banned.id }))
  return room
}

/** A group of the outsider's, with the same in it: nobody else is a member. */
export async function foreignGroup({ outsider, passer, banned }: Company, more: object = {}): Promise<Frame> {
  const room = await group(outsider, [passer], more)
  await done(post(outsider, `/api/chatrooms/${room.id}/bans/`, { user_id: banned.id }))
  return room
}

/** Makes two people strangers again: a block ends what there was, and is lifted. */
export async function estrange(one: Someone, other: Someone): Promise<void> {
  await done(post(one, `/api/users/${other.id}/block/`))
  await done(remove(one, `/api/users/${other.id}/block/`))
}
