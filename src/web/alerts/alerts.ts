/** Tells a person what has happened elsewhere: in the page they look at, else on the desktop, else not at all. */
import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Notification } from '../../client'
import { plainText } from '../../markdown'
import { chat } from '../chat'
import { toast } from '../parts/toasts'
import { leadsTo } from '../place'
import { quietHours, sound } from '../preferences'
import { t } from '../words'
import { notificationSaid } from '../words/server'
import { Attention } from './attention'
import { chime } from './chime'
import { clearDesktop, showOnDesktop, tagOf } from './desktop'
import { News } from './news'
import { isQuiet } from './quiet-hours'

/** So long does the tab that tells something keep the others from telling the same, in milliseconds. */
const TOLD_FOR = 2_000

/** `current` is the room in front. */
export function useAlerts(me: number, current: number | null): void {
  const { route } = useLocation()
  const now = useRef({ current, route })
  now.current = { current, route }

  useEffect(() => {
    const attention = new Attention(me)
    const news = new News(me)

    function tellHere(each: Notification): void {
      // Whoever has the room in front of them sees it there.
      if (each.room_id !== null && each.room_id === now.current.current) return
      const text = notificationSaid(each)
      toast(each.content === null ? text : `${text}: ${plainText(each.content)}`, {
        action: { label: t.alerts.open, run: () => now.current.route(leadsTo(each)) },
        key: tagOf(each),
      })
      if (sound.value) chime()
    }

    async function tell(each: Notification): Promise<void> {
      if (isQuiet(quietHours.value, new Date())) return
      if (document.hasFocus()) return tellHere(each)
      if (await attention.isElsewhere()) return
      // One of the tabs that nobody looks at, not each of them.
      await navigator.locks.request(
        `parlour:told:${each.id}:${each.timestamp}`,
        { ifAvailable: true },
        async (lock) => {
          if (!lock) return
          await showOnDesktop(each)
          if (sound.value) chime()
          await new Promise((resolve) => setTimeout(resolve, TOLD_FOR))
        },
      )
    }

    const stop = chat.notifications.subscribe((snapshot) => {
      for (const each of news.in(snapshot)) void tell(each)
      void clearDesktop(snapshot.notifications.filter(({ is_read }) => is_read))
    })
    const hear = ({ data }: MessageEvent<{ open?: string }>) => {
      if (data.open) now.current.route(data.open)
    }
    navigator.serviceWorker?.addEventListener('message', hear)
    return () => {
      stop()
      attention.close()
      navigator.serviceWorker?.removeEventListener('message', hear)
    }
  }, [me])
}
