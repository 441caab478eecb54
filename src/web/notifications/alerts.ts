/** Shows new notifications: as a toast if the page has the focus, else on the desktop. */
import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { Notification } from '../../client'
import { plainText } from '../../markdown'
import { feed } from '../chat'
import { toast } from '../parts/toasts'
import { quietHours, sound } from '../preferences'
import { notificationPath } from '../routes'
import { t } from '../words'
import { notificationText } from '../words/server'
import { chime } from './chime'
import { clearDesktop, showOnDesktop, tagOf } from './desktop'
import { FocusedTab } from './focused-tab'
import { NewNotifications } from './new-notifications'
import { isQuiet } from './quiet-hours'

/** Milliseconds for which the tab that shows a notification holds its lock, so that no other tab shows it too. */
const LOCK_TIME = 2_000

/** `current` is the room in front. */
export function useAlerts(me: number, current: number | null): void {
  const { route } = useLocation()
  const now = useRef({ current, route })
  now.current = { current, route }

  useEffect(() => {
    const attention = new FocusedTab(me)
    const news = new NewNotifications(me)

    function showToast(each: Notification): void {
      // The open room shows it.
      if (each.roomId !== null && each.roomId === now.current.current) return
      const text = notificationText(each)
      toast(each.text === null ? text : `${text}: ${plainText(each.text)}`, {
        action: { label: t.alerts.open, run: () => now.current.route(notificationPath(each)) },
        key: tagOf(each),
      })
      if (sound.value) chime()
    }

    async function showAlert(each: Notification): Promise<void> {
      if (isQuiet(quietHours.value, new Date())) return
      if (document.hasFocus()) return showToast(each)
      if (await attention.isElsewhere()) return
      // The lock lets one of the unfocused tabs show it.
      await navigator.locks.request(
        `parlour:told:${each.id}:${each.timestamp}`,
        { ifAvailable: true },
        async (lock) => {
          if (!lock) return
          await showOnDesktop(each)
          if (sound.value) chime()
          await new Promise((resolve) => setTimeout(resolve, LOCK_TIME))
        },
      )
    }

    const stop = feed.subscribe((snapshot) => {
      for (const each of news.takeFrom(snapshot)) void showAlert(each)
      void clearDesktop(snapshot.notifications.filter(({ isRead }) => isRead))
    })
    const onWorkerMessage = ({ data }: MessageEvent<{ open?: string }>) => {
      if (data.open) now.current.route(data.open)
    }
    navigator.serviceWorker?.addEventListener('message', onWorkerMessage)
    return () => {
      stop()
      attention.close()
      navigator.serviceWorker?.removeEventListener('message', onWorkerMessage)
    }
  }, [me])
}
