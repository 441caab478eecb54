/** The rights of roles. Pure. */
import { isAdmin, type Role, type UserId } from '../../protocol'

/** Whether a role may rename the group, add and remove members, and assign roles. */
export const mayAct = (role: Role): boolean => isAdmin(role)

/** Whether a role may remove a member: admins may, but not the owner. */
export const mayRemove = (role: Role, target: Role): boolean => isAdmin(role) && target !== 'owner'

/** Whether a user may edit a message: only its sender may. */
export const mayEdit = (caller: UserId, sender: UserId): boolean => caller === sender

/** Whether a user may delete a message: its sender and admins may. */
export const mayDelete = (caller: UserId, role: Role, sender: UserId): boolean => caller === sender || isAdmin(role)
