/** Suggestions while writing: people after `@`, rooms after `#`, emoji after a colon. */
import { useEffect, useId, useState } from 'preact/hooks'
import type { Participant } from '../../../client'
import { fold } from '../../../protocol/fold'
import { chat, useReadable } from '../../chat'
import { Avatar } from '../../parts/avatar'
import { Rows } from '../../parts/rows'
import { locale, t } from '../../words'
import { triggerAt } from './suggestion-trigger'

interface Suggestion {
  key: string
  /** The text that is inserted. */
  insertText: string
  name: string
  hint: string
  picture: { id: number; name: string; picture: string | null } | string
}

/** The number of suggestions that are shown. */
const MAX_SUGGESTIONS = 6

type EmojiLike = typeof import('../emoji/find')['findEmoji']

interface SuggestionInput {
  text: string
  /** Negative after the suggestions were dismissed. */
  caret: number
  members: readonly Participant[]
  me: number
  /** Sets the text with the inserted suggestion. */
  complete: (text: string, caret: number) => void
  dismiss: () => void
}

export interface SuggestionState {
  id: string
  shown: readonly Suggestion[]
  chosen: number
  choose: (suggestion: Suggestion | undefined) => void
  /** @returns true if the suggestions used the key */
  press: (event: KeyboardEvent) => boolean
}

export function useSuggestions({ text, caret, members, me, complete, dismiss }: SuggestionInput): SuggestionState {
  const id = useId()
  const { rooms } = useReadable(chat.roomList)
  const word = triggerAt(text, caret)
  const [at, setAt] = useState({ word: '', place: 0 })
  const [emojiLike, setEmojiLike] = useState<EmojiLike>()
  const wantsEmoji = word?.kind === 'emoji' && !emojiLike
  useEffect(() => {
    if (!wantsEmoji) return
    void import('../emoji/find').then((found) => setEmojiLike(() => found.findEmoji)).catch(() => undefined)
  }, [wantsEmoji])

  const shown = word ? suggestionsFor(word.kind, word.typed).slice(0, MAX_SUGGESTIONS) : []
  // The choice of an earlier word does not count for this one.
  const typed = word ? `${word.start} ${word.typed}` : ''
  const chosen = at.word === typed ? Math.min(at.place, Math.max(0, shown.length - 1)) : 0

  function suggestionsFor(kind: 'person' | 'room' | 'emoji', typed: string): Suggestion[] {
    const wanted = fold(typed)
    if (kind === 'emoji')
      return (emojiLike?.(typed) ?? []).map(({ emoji, en, de }) => ({
        key: emoji,
        insertText: emoji,
        name: locale.startsWith('de') ? de : en,
        hint: '',
        picture: emoji,
      }))
    if (kind === 'room')
      return rooms
        .filter(({ isGroup, roomName }) => isGroup && fold(roomName).includes(wanted))
        .map(({ id, roomName: name, groupImage: picture }) => ({
          key: `${id}`,
          insertText: `#${name}`,
          name,
          hint: '',
          picture: { id, name, picture },
        }))
    return members
      .filter(
        ({ id, username, fullName }) =>
          id !== me && (fold(username).startsWith(wanted) || fold(fullName).includes(wanted)),
      )
      .map(({ id, username, fullName: name, profilePic: picture }) => ({
        key: `${id}`,
        insertText: `@${username}`,
        name,
        hint: `@${username}`,
        picture: { id, name, picture },
      }))
  }

  function choose(suggestion: Suggestion | undefined): void {
    if (!suggestion || !word) return
    const before = `${text.slice(0, word.start)}${suggestion.insertText} `
    complete(before + text.slice(caret), before.length)
  }

  function press(event: KeyboardEvent): boolean {
    if (shown.length === 0) return false
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setAt({ word: typed, place: (chosen + step + shown.length) % shown.length })
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) choose(shown[chosen])
    else if (event.key === 'Escape') dismiss()
    else return false
    event.preventDefault()
    return true
  }

  return { id, shown, chosen, choose, press }
}

export const optionId = ({ id, chosen }: SuggestionState): string => `${id}-${chosen}`

export function Suggestions({ suggesting }: { suggesting: SuggestionState }) {
  const { id, shown, chosen, choose } = suggesting
  if (shown.length === 0) return null
  return (
    <div id={id} class="suggestions choices" role="listbox" aria-label={t.room.suggestions}>
      <Rows items={shown} keyOf={({ key }) => key} as="div">
        {(each, place) => (
          // The focus stays in the text field, whose `aria-activedescendant` names the chosen option.
          <div
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            // On pointerdown, before the text field loses the focus.
            onPointerDown={(event) => {
              event.preventDefault()
              choose(each)
            }}
          >
            {typeof each.picture === 'string' ? <span class="sign">{each.picture}</span> : <Avatar {...each.picture} />}
            <b dir="auto">{each.name}</b>
            <span class="hint">{each.hint}</span>
          </div>
        )}
      </Rows>
    </div>
  )
}
