/** Keyboard shortcuts of the whole app, and the dialog that lists them. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { RoomInList } from '../client'
import { chat } from './chat'
import { isAltKey, isCommand, isOverlayOpen, isTextField, keyName } from './keyboard'
import { Dialog } from './parts/dialog'
import { attempt } from './parts/toasts'
import { sending } from './preferences'
import { pinnedFirst } from './rooms/order'
import { Switcher, switcherOpen } from './rooms/switcher'
import { roomPath, routeOf } from './routes'
import { t } from './words'

const helpOpen = signal(false)

export function Shortcuts() {
  const { route } = useLocation()
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.isComposing || event.defaultPrevented || isOverlayOpen()) return
      const command = isCommand(event)
      // From the address, which changes before the page renders.
      const place = routeOf(location.pathname)
      const current = place.page === 'room' ? place.room : null
      const key = event.key.toLowerCase()
      const done = () => event.preventDefault()
      if (command && !event.shiftKey && key === 'k') {
        done()
        switcherOpen.value = true
      } else if ((key === '?' && !isTextField(event.target)) || (command && key === '/')) {
        done()
        helpOpen.value = true
      } else if (isAltKey(event) && (key === 'arrowup' || key === 'arrowdown')) {
        done()
        const next = neighbourOf(current, key === 'arrowdown' ? 1 : -1, event.shiftKey)
        if (next !== undefined) route(roomPath(next))
      } else if (event.shiftKey && key === 'escape') {
        done()
        void attempt(markAllRead)
      } else if (command && event.shiftKey && key === 'm' && current) {
        done()
        const room = chat.roomList.getSnapshot().rooms.find(({ id }) => id === current)
        if (room) void attempt(() => chat.room(current).setMine({ muted: !room.muted }))
      }
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [route])

  return (
    <>
      {switcherOpen.value && <Switcher onClose={() => (switcherOpen.value = false)} />}
      {helpOpen.value && (
        <Dialog title={t.keys.title} onClose={() => (helpOpen.value = false)}>
          <dl class="keys">
            {shortcutList().map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keyName(keys)}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      )}
    </>
  )
}

function shortcutList(): [keys: string, does: string][] {
  const [send, newLine] = sending.value === 'enter' ? ['Enter', 'Shift Enter'] : ['Ctrl Enter', 'Enter']
  return [
    ['Ctrl K', t.keys.switcher],
    ['Alt ↑ ↓', t.keys.beside],
    ['Alt Shift ↑ ↓', t.keys.besideUnread],
    ['Ctrl F', t.keys.search],
    [send, t.keys.send],
    [newLine, t.keys.newLine],
    ['↑', t.keys.editLast],
    ['Esc', t.keys.escape],
    ['F8', t.keys.toasts],
    ['Shift Esc', t.keys.readAll],
    ['Ctrl Shift M', t.keys.mute],
    ['?', t.keys.map],
  ]
}

/** Marks every room as read, also rooms that are not loaded yet. */
async function markAllRead(): Promise<void> {
  const { roomList } = chat
  while (unreadIn(roomList.getSnapshot().rooms) < roomList.getSnapshot().unreadTotal && (await roomList.loadOlder()));
  const unread = roomList.getSnapshot().rooms.filter(({ unreadCount }) => unreadCount > 0)
  await Promise.all(unread.map(({ id, lastMessage }) => lastMessage && chat.room(id).markRead(lastMessage.id)))
}

/** The unread messages without muted rooms, as in `unreadTotal`. */
const unreadIn = (rooms: readonly RoomInList[]) =>
  rooms.reduce((sum, { unreadCount, muted }) => sum + (muted ? 0 : unreadCount), 0)

/** The room above or below in the list; with `unread`, the next one that has unread messages. */
function neighbourOf(current: number | null, step: 1 | -1, unread: boolean): number | undefined {
  const rooms = pinnedFirst(chat.roomList.getSnapshot().rooms)
  const start = rooms.findIndex(({ id }) => id === current)
  for (let place = start + step; place >= 0 && place < rooms.length; place += step) {
    const room = rooms[place]
    if (room && (!unread || room.unreadCount > 0)) return room.id
  }
  return undefined
}
