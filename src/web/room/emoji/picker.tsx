/** The emoji picker: search by word, and arrow keys. */
import { useMemo, useRef, useState } from 'preact/hooks'
import { isEscape, trapTab } from '../../parts/focus'
import { type Point, usePopover } from '../../parts/popover'
import { isTouch } from '../../pointer'
import { locale, t } from '../../words'
import { emojiName, findEmoji } from './find'

interface Props {
  at: Point
  choose: (emoji: string) => void
  onClose: () => void
}

/** Emoji in a row, as in the styles. */
const COLUMNS = 8

/** On a touch screen a focused field opens the keyboard, which would cover the emoji. */
const FIRST = isTouch.matches ? '.emojis button' : 'input'

export function EmojiPicker({ at, choose, onClose }: Props) {
  const ref = usePopover(at, FIRST)
  const grid = useRef<HTMLDivElement>(null)
  const [word, setWord] = useState('')
  const found = useMemo(() => findEmoji(word), [word])
  const language = locale.slice(0, 2)
  const take = (emoji: string | undefined) => {
    if (emoji === undefined) return
    ref.current?.hidePopover()
    choose(emoji)
  }

  function walk(event: KeyboardEvent): void {
    const all = [...(grid.current?.querySelectorAll('button') ?? [])]
    const now = all.indexOf(event.target as HTMLButtonElement)
    const to = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      ArrowDown: now + COLUMNS,
      ArrowUp: now - COLUMNS,
      Home: 0,
      End: all.length - 1,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    if (to < 0) ref.current?.querySelector('input')?.focus()
    else all[to]?.focus()
  }

  return (
    <div
      ref={ref}
      class="menu emoji-picker"
      popover="auto"
      role="dialog"
      aria-label={t.room.emoji}
      onKeyDown={(event) => {
        if (isEscape(event)) ref.current?.hidePopover()
        trapTab(event, event.currentTarget)
      }}
      onToggle={(event) => event.newState === 'closed' && onClose()}
    >
      <input
        type="search"
        value={word}
        aria-label={t.room.findEmoji}
        placeholder={t.room.findEmoji}
        onInput={(event) => setWord(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return
          if (event.key === 'ArrowDown') {
            event.preventDefault()
            grid.current?.querySelector('button')?.focus()
          } else if (event.key === 'Enter') {
            event.preventDefault()
            take(found[0]?.emoji)
          }
        }}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it have the keys, which go from one to another */}
      <div ref={grid} class="emojis" onKeyDown={walk}>
        {found.map((each, place) => (
          <button
            key={each.emoji}
            type="button"
            // The Tab key stops once; arrow keys move from there.
            tabIndex={place === 0 ? 0 : -1}
            aria-label={emojiName(each, language)}
            title={emojiName(each, language)}
            onClick={() => take(each.emoji)}
          >
            {each.emoji}
          </button>
        ))}
      </div>
      {found.length === 0 && <p class="hint none">{t.room.noEmoji}</p>}
    </div>
  )
}
