/** Messages that were searched for; each leads to where it stands. */
import type { Found } from '../../client'
import { plainText } from '../../markdown'
import { chat } from '../chat'
import { Rows } from '../parts/rows'
import { messageAt } from '../place'
import { nameOf } from '../rooms/order'
import { fullTime, shortTime } from '../times'
import { t } from '../words'
import type { Search } from './search'

export function Results({ search }: { search: Search }) {
  const { found, words, more } = search
  const { rooms } = chat.sidebar.getSnapshot()
  const roomName = (message: Found) => {
    const room = rooms.find((each) => each.id === message.room)
    return room ? nameOf(room) : message.chat_name
  }
  return (
    <>
      <ul class="results" aria-live="polite">
        <Rows items={found ?? []} keyOf={({ room, id }) => `${room}/${id}`}>
          {(message) => (
            <li>
              <a href={messageAt(message.room, message.id)}>
                <span class="line">
                  <b dir="auto">{message.sender.full_name}</b>
                  <span class="hint" dir="auto">
                    {roomName(message)}
                  </span>
                  <time class="hint" dateTime={message.timestamp} title={fullTime(message.timestamp)}>
                    {shortTime(message.timestamp)}
                  </time>
                </span>
                <span dir="auto">{marked(excerpt(message, words), words)}</span>
              </a>
            </li>
          )}
        </Rows>
      </ul>
      {found?.length === 0 && <p class="hint none">{t.search.nothing}</p>}
      {more && (
        <button type="button" class="secondary" onClick={more}>
          {t.notifications.more}
        </button>
      )}
    </>
  )
}

const attachmentOf = ({ image, file_name }: Found): string => file_name ?? (image ? t.room.image : t.room.attachment)

/** So many characters are shown on either side of what was found. */
const AROUND = 60

/** The words around what was found, as they are read. What stands in a mark only is shown as the server cut it. */
function excerpt(message: Found, words: string): string {
  const { content, snippet } = message
  if (!content) return attachmentOf(message)
  const text = plainText(content, content.length)
  const at = words ? text.search(literally(words)) : 0
  if (at < 0) return plainText(snippet)
  const [from, to] = [Math.max(0, at - AROUND), at + words.length + AROUND]
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`
}

/** The text with what was sought standing out: it is found as a whole, wherever it stands. */
function marked(text: string, words: string) {
  if (!words) return text
  return text.split(literally(words)).map(part)
}

const literally = (words: string) =>
  new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')})`, 'giu')

/** Every second part is what was sought. */
const part = (text: string, key: number) => (key % 2 === 1 ? <mark key={key}>{text}</mark> : text)
