/** Shortcuts of the open room: search, and Escape, which closes the panel or else marks the room as read. */
import { useEffect, useRef } from 'preact/hooks'
import { isCommand, isOverlayOpen, isTextField, textIn } from '../keyboard'

interface KeyHandlers {
  search: () => void
  /** Undefined while no panel is open. */
  close: (() => void) | undefined
  markRead: () => void
}

export function useRoomShortcuts(doings: KeyHandlers): void {
  const now = useRef(doings)
  now.current = doings
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.isComposing || event.defaultPrevented || isOverlayOpen()) return
      const { search, close, markRead } = now.current
      const searching = (event.target as HTMLElement).matches('input[type=search]')
      // In the search field the shortcut is the browser's own.
      if (isCommand(event) && !event.shiftKey && event.key.toLowerCase() === 'f' && !searching) {
        event.preventDefault()
        search()
      } else if (event.key === 'Escape' && !event.shiftKey) {
        // A search field with text empties itself first.
        if (searching && textIn(event.target)) return
        if (close) close()
        else if (!isTextField(event.target) || event.target instanceof HTMLTextAreaElement) markRead()
      }
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
