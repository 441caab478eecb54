/** What the routes of staff answer, by the names of the SDK. */
import type { Camel } from '../../client/dialect'
import type * as Wire from '../../protocol'

export type AdminUser = Camel<Wire.AdminUser>
export type AdminRoom = Camel<Wire.AdminRoom>
export type AdminRoomDetail = Camel<Wire.AdminRoomDetail>
export type AdminStats = Camel<Wire.AdminStats>
export type AdminStorage = Camel<Wire.AdminStorage>
export type AuditEntry = Camel<Wire.AuditEntry>
