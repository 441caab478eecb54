/** React hooks of the SDK: each returns a snapshot and renders again when it changes. */
import { createContext, createElement, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react'
import type { Chat } from './chat'
import type { ConnectionState } from './connection/state'
import type { NotificationsSnapshot } from './lists/notifications'
import type { RoomListSnapshot } from './lists/room-list'
import type { Profile } from './model'
import type { Room } from './room/room'
import type { RoomSnapshot } from './room/view'
import type { Readable } from './store'

const Context = createContext<Chat | null>(null)

/** Provides a client to the components below it. */
export const ChatProvider = ({ chat, children }: { chat: Chat; children?: ReactNode }) =>
  createElement(Context.Provider, { value: chat }, children)

/** The client of the `ChatProvider`. @throws {Error} outside a `ChatProvider` */
export function useChat(): Chat {
  const chat = useContext(Context)
  if (!chat) throw new Error('There is no <ChatProvider> above this component.')
  return chat
}

/** The snapshot of any `Readable`. */
export function useReadable<S>(readable: Readable<S>): S {
  return useSyncExternalStore(readable.subscribe, readable.getSnapshot, readable.getSnapshot)
}

/** The signed-in user, or null. */
export const useUser = (): Profile | null => useReadable(useChat().auth)

/** The room list. Opens it. */
export const useRoomList = (): RoomListSnapshot => useReadable(useChat().roomList)

/** The user's notifications. Opens them. */
export const useNotifications = (): NotificationsSnapshot => useReadable(useChat().notifications)

/** One state for all open connections. */
export const useConnection = (): ConnectionState => useReadable(useChat().connection)

/** The number of components that show a room. */
const shownBy = new WeakMap<Room, number>()

/** The snapshot of a room, with the room itself as `actions`. The room is open while any component shows it. */
export function useRoom(id: number): RoomSnapshot & { actions: Room } {
  const room = useChat().room(id)
  const snapshot = useReadable(room)
  useEffect(() => {
    shownBy.set(room, (shownBy.get(room) ?? 0) + 1)
    // The snapshot has the error.
    room.open().catch(() => undefined)
    return () => {
      const left = (shownBy.get(room) ?? 1) - 1
      shownBy.set(room, left)
      if (left === 0) room.close()
    }
  }, [room])
  return { ...snapshot, actions: room }
}
