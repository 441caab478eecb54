/** React hooks of the SDK: each returns a snapshot, or a part of it, and renders again when that changes. */
import { createContext, createElement, type ReactNode, useContext, useSyncExternalStore } from 'react'
import type { Chat } from './chat'
import type { ConnectionState } from './connection/state'
import type { RoomListSnapshot } from './lists/room-list'
import type { Profile } from './model'
import type { Room } from './room/room'
import type { RoomMessage, RoomSnapshot } from './room/view'
import type { Readable } from './store'
import type { Typist } from './typists'

const Context = createContext<Chat | null>(null)

/** Provides a client to the components below it. Make the client outside of components, or once in a state. */
export const ChatProvider = ({ chat, children }: { chat: Chat; children?: ReactNode }) =>
  createElement(Context.Provider, { value: chat }, children)

/** The client of the `ChatProvider`. @throws {Error} outside a `ChatProvider` */
export function useChat(): Chat {
  const chat = useContext(Context)
  if (!chat) throw new Error('There is no <ChatProvider> above this component.')
  return chat
}

/**
 * The snapshot of any `Readable`, or the part of it that `select` returns. `select` returns the same value while nothing that it
 * shows has changed: a part of the snapshot, not a new object.
 */
export function useReadable<S>(readable: Readable<S>): S
export function useReadable<S, Part>(readable: Readable<S>, select: (snapshot: S) => Part): Part
export function useReadable<S>(readable: Readable<S>, select: (snapshot: S) => unknown = (snapshot) => snapshot) {
  const get = () => select(readable.getSnapshot())
  return useSyncExternalStore(readable.subscribe, get, get)
}

/** The signed-in user, or null. */
export const useUser = (): Profile | null => useReadable(useChat().auth)

/** The room list. It is open while any component shows it. */
export const useRoomList = (): RoomListSnapshot => useReadable(useChat().roomList)

/** One state for all open connections. */
export const useConnection = (): ConnectionState => useReadable(useChat().connection)

/** The snapshot of a room, with the room itself as `actions`. The room is open while any component shows it. */
export function useRoom(id: number): RoomSnapshot & { actions: Room } {
  const actions = useChat().room(id)
  return { ...useReadable(actions), actions }
}

/** A part of a room's snapshot: `useRoomPart(id, ({ members }) => members)`. */
export const useRoomPart = <Part>(id: number, select: (snapshot: RoomSnapshot) => Part): Part =>
  useReadable(useChat().room(id), select)

/** The messages of a room. Typing and presence do not draw them again. */
export const useMessages = (id: number): readonly RoomMessage[] => useRoomPart(id, ({ messages }) => messages)

/** The members who are typing in a room. */
export const useTyping = (id: number): readonly Typist[] => useRoomPart(id, ({ typing }) => typing)
