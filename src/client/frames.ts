/** Frames of the three sockets, by the names of the SDK. Their types keep the names of the wire. */
import type { FeedDown, RoomDown, RoomUp, SidebarDown } from '../protocol'
import type { Camel } from './dialect'

export type RoomFrame = Camel<RoomDown>
export type RoomCommand = Camel<RoomUp>
export type RoomListFrame = Camel<SidebarDown>
export type FeedFrame = Camel<FeedDown>
