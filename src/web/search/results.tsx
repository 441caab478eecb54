/** Search results. Each links to its message. */
import type { ComponentChildren } from 'preact'
import type { Found } from '../../client/search'
import { plainText } from '../../markdown'
import { findRanges } from '../../protocol/fold'
import { chat } from '../chat'
import { Rows } from '../parts/rows'
import { roomName } from '../rooms/order'
import { messagePath } from '../routes'
import { fullTime, shortTime } from '../times'
import { t } from '../words'
import type { Search } from './search'

interface Props {
  search: Search
  /** True for a search in one room: the results do not show its name. */
  within?: boolean
}

export function Results({ search, within = false }: Props) {
  const { found, words, more } = search
  const { rooms } = chat.roomList.getSnapshot()
  const nameOfRoomIn = (message: Found) => {
    const room = rooms.find((each) => each.id === message.roomId)
    return room ? roomName(room) : message.chatName
  }
  return (
    <>
      <ul class="results" aria-live="polite">
        <Rows items={found ?? []} keyOf={({ roomId, id }) => `${roomId}/${id}`}>
          {(message) => (
            <li>
              <a href={messagePath(message.roomId, message.id)}>
                <span class="line">
                  <b dir="auto">{message.sender.fullName}</b>
                  {!within && (
                    <span class="hint" dir="auto">
                      {nameOfRoomIn(message)}
                    </span>
                  )}
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

const attachmentOf = ({ image, fileName }: Found): string => fileName ?? (image ? t.room.image : t.room.attachment)

/** Characters shown on either side of a match. */
const AROUND = 60

/** The rendered text around the first match. If the match is only in markup, the server's snippet is shown. */
function excerpt(message: Found, words: string): string {
  const { text: markup, snippet } = message
  if (!markup) return attachmentOf(message)
  const text = plainText(markup, markup.length)
  const [found] = words ? findRanges(text, words, 1) : [{ start: 0, length: 0 }]
  if (!found) return plainText(snippet)
  const [from, to] = [Math.max(0, found.start - AROUND), found.start + found.length + AROUND]
  return `${from > 0 ? '…' : ''}${text.slice(from, to).trim()}${to < text.length ? '…' : ''}`
}

/** The text with all matches marked, in any case and form. */
function marked(text: string, words: string): ComponentChildren {
  const parts: ComponentChildren[] = []
  let shown = 0
  for (const { start, length } of words ? findRanges(text, words) : []) {
    parts.push(text.slice(shown, start), <mark key={start}>{text.slice(start, start + length)}</mark>)
    shown = start + length
  }
  return [...parts, text.slice(shown)]
}
