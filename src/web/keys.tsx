/** Keys that work anywhere, and the list of them. */
import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { chat } from './chat'
import { Dialog } from './parts/dialog'
import { attempt } from './parts/toasts'
import { roomAt } from './place'
import { inOrder } from './rooms/order'
import { Switcher } from './rooms/switcher'
import { t } from './words'

export const switcherOpen = signal(false)
const mapOpen = signal(false)

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')

export function Keys({ current }: { current: number | null }) {
  const { route } = useLocation()
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.isComposing) return
      const command = event.ctrlKey || event.metaKey
      const done = () => event.preventDefault()
      if (command && !event.shiftKey && event.key.toLowerCase() === 'k') {
        done()
        switcherOpen.value = true
      } else if ((event.key === '?' && !isWriting(event.target)) || (command && event.key === '/')) {
        done()
        mapOpen.value = true
      } else if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        done()
        const next = beside(current, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey)
        if (next !== undefined) route(roomAt(next))
      } else if (command && event.shiftKey && event.key.toLowerCase() === 'm' && current) {
        done()
        const room = chat.sidebar.getSnapshot().rooms.find(({ id }) => id === current)
        if (room) void attempt(() => chat.room(current).setMine({ muted: !room.muted }))
      }
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [current, route])

  return (
    <>
      {switcherOpen.value && <Switcher onClose={() => (switcherOpen.value = false)} />}
      {mapOpen.value && (
        <Dialog title={t.keys.title} onClose={() => (mapOpen.value = false)}>
          <dl class="keys">
            {t.keys.list.map(([key, does]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
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

/** The room above or below in the list, if wanted the next one with something unread. */
function beside(current: number | null, step: 1 | -1, unread: boolean): number | undefined {
  const rooms = inOrder(chat.sidebar.getSnapshot().rooms)
  const start = rooms.findIndex(({ id }) => id === current)
  for (let place = start + step; place >= 0 && place < rooms.length; place += step) {
    const room = rooms[place]
    if (room && (!unread || room.unread_count > 0)) return room.id
  }
  return undefined
}
