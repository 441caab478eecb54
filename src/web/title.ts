/** The number of unread messages, in the title of the page and on its icon. */
import { useEffect } from 'preact/hooks'
import { chat, useReadable } from './chat'
import { t } from './words'

export function useTitle(): void {
  const { unreadTotal } = useReadable(chat.sidebar)
  useEffect(() => {
    document.title = unreadTotal > 0 ? `(${unreadTotal}) ${t.app}` : t.app
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
    if (icon) icon.href = unreadTotal > 0 ? '/icon-unread.svg' : '/icon.svg'
    return () => {
      document.title = t.app
    }
  }, [unreadTotal])
}
