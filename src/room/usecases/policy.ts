/** Who may do what in a room. Pure: roles in, yes or no out. */
import { isAdmin, type Role, type UserId } from '../../protocol'

/** Rename the group, add and remove people, hand out roles. */
export const mayAct = (role: Role): boolean => isAdmin(role)

/** An admin may remove anybody but the owner. */
export const mayRemove = (role: Role, target: Role): boolean => isAdmin(role) && target !== 'owner'

/** Only the sender edits; words are never put into somebody's mouth. */
export const mayEdit = (caller: UserId, sender: UserId): boolean => caller === sender

/** The sender, or an admin of a group, deletes. */
export const mayDelete = (caller: UserId, role: Role, sender: UserId): boolean => caller === sender || isAdmin(role)
