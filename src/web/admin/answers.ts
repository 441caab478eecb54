/** What the server tells staff, by the names of the contract. */
export type { AdminRoom, AdminRoomDetail, AdminStats, AdminStorage, AdminUser, AuditEntry } from '../../protocol'
