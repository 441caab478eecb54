/** React hooks over the SDK: each shows a snapshot and follows it. */
import { createContext, createElement, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react'
import type { Profile } from '../protocol'
import type { Chat } from './chat'
import type { ConnectionState } from './connection/state'
import type { NotificationsSnapshot } from './lists/notifications'
import type { SidebarSnapshot } from './lists/sidebar'
import type { Room } from './room/room'
import type { RoomSnapshot } from './room/view'
import type { Readable } from './store'

const Context = createContext<Chat | null>(null)

/** Gives the components below it a client. */
export const ChatProvider = ({ chat, children }: { chat: Chat; children?: ReactNode }) =>
  createElement(Context.Provider, { value: chat }, children)

/** The client. @throws {Error} outside a `ChatProvider` */
export function useChat(): Chat {
  const chat = useContext(Context)
  if (!chat) throw new Error('There is no <ChatProvider> above this component.')
  return chat
}

/** Anything that can be subscribed to. */
export function useReadable<S>(readable: Readable<S>): S {
  return useSyncExternalStore(readable.subscribe, readable.getSnapshot, readable.getSnapshot)
}

/** Who is signed in. */
export const useUser = (): Profile | null => useReadable(useChat().auth)

/** The room list; opens it. */
export const useSidebar = (): SidebarSnapshot => useReadable(useChat().sidebar)

/** My notifications; opens them. */
export const useNotifications = (): NotificationsSnapshot => useReadable(useChat().notifications)

/** The state of everything that is open. */
export const useConnection = (): ConnectionState => useReadable(useChat().connection)

/** How many components show each room. */
const shownBy = new WeakMap<Room, number>()

/** A room with everything that can be done in it, open for as long as any component shows it. */
export function useRoom(id: number): RoomSnapshot & { actions: Room } {
  const room = useChat().room(id)
  const snapshot = useReadable(room)
  useEffect(() => {
    shownBy.set(room, (shownBy.get(room) ?? 0) + 1)
    // What goes wrong is in the snapshot.
    room.open().catch(() => undefined)
    return () => {
      const left = (shownBy.get(room) ?? 1) - 1
      shownBy.set(room, left)
      if (left === 0) room.close()
    }
  }, [room])
  return { ...snapshot, actions: room }
}
