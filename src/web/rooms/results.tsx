/** Messages that were searched for. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Found, Part } from '../../client'
import { chat } from '../chat'
import { attempt } from '../parts/toasts'
import { messageAt } from '../place'
import { fullTime, shortTime } from '../times'
import { t } from '../words'
import { nameOf } from './order'

const PAUSE = 250

export function useSearch(ask: (q: string) => Promise<Part<Found>>) {
  const [q, setQ] = useState('')
  const [found, setFound] = useState<readonly Found[] | null>(null)
  const words = q.trim()
  useEffect(() => {
    if (!words) return setFound(null)
    let wanted = true
    const timer = setTimeout(() => {
      void attempt(async () => {
        const { results } = await ask(words)
        if (wanted) setFound(results)
      })
    }, PAUSE)
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [words])
  return { q, setQ, found }
}

export function Results({ q, setQ, found }: ReturnType<typeof useSearch>) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => box.current?.focus(), [])
  const { rooms } = chat.sidebar.getSnapshot()
  const roomName = (id: number) => {
    const room = rooms.find((each) => each.id === id)
    return room ? nameOf(room) : ''
  }
  return (
    <>
      <input
        ref={box}
        type="search"
        aria-label={t.common.search}
        placeholder={t.search.placeholder}
        value={q}
        onInput={(event) => setQ(event.currentTarget.value)}
      />
      <ul class="results" aria-live="polite">
        {found?.map((message) => (
          <li key={message.id}>
            <a href={messageAt(message.room, message.id)}>
              <span class="line">
                <b dir="auto">{message.sender.full_name}</b>
                <span class="hint">{roomName(message.room)}</span>
                <time class="hint" dateTime={message.timestamp} title={fullTime(message.timestamp)}>
                  {shortTime(message.timestamp)}
                </time>
              </span>
              <span dir="auto">{marked(message.snippet || (message.content ?? ''), q)}</span>
            </a>
          </li>
        ))}
      </ul>
      {found?.length === 0 && <p class="hint none">{t.search.nothing}</p>}
    </>
  )
}

/** The text with the words that were sought standing out. */
function marked(text: string, q: string) {
  const words = q
    .trim()
    .split(/\s+/)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const parts = text.split(new RegExp(`(${words.join('|')})`, 'giu'))
  return parts.map(part)
}

/** Every second part is what was sought. */
const part = (text: string, key: number) => (key % 2 === 1 ? <mark key={key}>{text}</mark> : text)
