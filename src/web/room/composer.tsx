/** Where messages are written. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Participant, Room, RoomMessage } from '../../client'
import { plainText } from '../../markdown'
import { chat } from '../chat'
import { draftOf, setDraft } from '../drafts'
import { Icon } from '../parts/icon'
import { IconButton } from '../parts/icon-button'
import { attempt } from '../parts/toasts'
import { sending } from '../preferences'
import { t } from '../words'
import { type Attached, isImage, learnLimits } from './attached'
import { optionId, Suggestions, useSuggestions } from './suggestions'
import { Tray } from './tray'

interface Props {
  room: Room
  name: string
  members: readonly Participant[]
  replyTo: RoomMessage | null
  editing: RoomMessage | null
  attached: readonly Attached[]
  box: RefObject<HTMLTextAreaElement | null>
  setAttached: (attached: readonly Attached[]) => void
  addFiles: (files: Iterable<File>) => void
  /** A text that was not sent after all. */
  recalled: { text: string } | null
  /** Ends a reply or an edit. */
  done: () => void
  edit: (message: RoomMessage) => void
  editLast: () => void
}

/** Whether this Enter sends. Ctrl+Enter always does; the others break the line where they do not. */
const sends = (event: KeyboardEvent) =>
  event.ctrlKey || event.metaKey || (sending.value === 'enter' && !event.shiftKey && !event.altKey && !byTouch.matches)

/** Where a finger writes there is no Shift+Enter: Enter breaks the line. */
const byTouch = matchMedia('(pointer: coarse)')

export function Composer(props: Props) {
  const {
    room,
    name,
    members,
    replyTo,
    editing,
    attached,
    box,
    setAttached,
    addFiles,
    recalled,
    done,
    edit,
    editLast,
  } = props
  const me = chat.auth.user?.id ?? 0
  const draft = draftOf(me, room.id)
  const [text, setText] = useState(draft)
  const [caret, setCaret] = useState(0)
  /** What edited messages were to say, by key, until they do. */
  const unsaved = useRef(new Map<string, string>())
  const suggesting = useSuggestions({
    text,
    caret,
    members,
    me,
    complete(value, caret) {
      write(value)
      setCaret(caret)
      requestAnimationFrame(() => box.current?.setSelectionRange(caret, caret))
    },
    dismiss: () => setCaret(-1),
  })
  useEffect(learnLimits, [])

  // Before the next key is heard: after the next paint, it would put back what somebody quick has typed over already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is edited, not for each change of it
  useLayoutEffect(() => {
    setText(editing ? (unsaved.current.get(editing.key) ?? editing.content ?? '') : draftOf(me, room.id))
    box.current?.focus()
  }, [editing?.key])
  // What is written in another tab stands here too, as soon as it is told.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each draft there is, not for what is typed here
  useEffect(() => {
    if (!editing && draft.trim() !== text.trim()) setText(draft)
  }, [draft])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is answered, not for each change of it
  useEffect(() => {
    if (replyTo) box.current?.focus()
  }, [replyTo?.key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that comes back, after what was written since
  useEffect(() => {
    if (recalled) write([box.current?.value ?? '', recalled.text].filter((part) => part.trim()).join('\n'))
    if (recalled) box.current?.focus()
  }, [recalled])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text, by way of the page
  useLayoutEffect(() => {
    const area = box.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [text])

  function write(value: string): void {
    setText(value)
    if (editing) return
    setDraft(me, room.id, value)
    if (value.trim()) room.typing()
    else room.stopTyping()
  }

  /** What could not be changed is still being edited, as it was to be. */
  async function change(message: RoomMessage, words: string): Promise<void> {
    const { id, key } = message
    unsaved.current.set(key, words)
    if (await attempt(async () => id !== null && room.edit(id, words))) unsaved.current.delete(key)
    else edit(message)
  }

  function submit(): void {
    const words = text.trim()
    box.current?.focus()
    if (editing) {
      if (words && words !== editing.content) void change(editing, words)
      done()
      return
    }
    if (!words && attached.length === 0) return
    const answered = replyTo?.id ?? null
    const parts = attached.length > 0 ? attached : [null]
    parts.forEach((part, place) => {
      const image = part && isImage(part.file) ? part.file : null
      // What is refused stays in the list as failed, with its reason.
      room
        .send({
          text: place === 0 ? words : '',
          image,
          alt: part?.alt.trim() ?? '',
          file: image ? null : (part?.file ?? null),
          replyTo: place === 0 ? answered : null,
        })
        .catch(() => undefined)
    })
    setText('')
    setDraft(me, room.id, '')
    setAttached([])
    done()
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends a word of an input method is not meant for us.
    if (event.isComposing || event.keyCode === 229) return
    if (suggesting.press(event)) return
    if (event.key === 'Enter' && sends(event)) {
      event.preventDefault()
      submit()
    } else if (event.key === 'Escape' && (editing || replyTo)) {
      event.preventDefault()
      done()
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey) {
      event.preventDefault()
      editLast()
    }
  }

  const context = editing ?? replyTo
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {context && (
        <div class="context">
          <span>
            <b>{editing ? t.room.editing : t.room.replyingTo(context.sender.full_name)}</b>
            <span dir="auto">{context.content ? plainText(context.content) : t.room.attachment}</span>
          </span>
          <IconButton icon="close" label={t.common.cancel} onClick={done} />
        </div>
      )}
      <Tray attached={attached} change={setAttached} />
      <Suggestions suggesting={suggesting} />
      <div class="line">
        <label class="icon-button" title={t.room.attach}>
          <Icon name="attach" />
          <span class="visually-hidden">{t.room.attach}</span>
          <input
            type="file"
            multiple
            class="visually-hidden"
            onChange={(event) => {
              addFiles(event.currentTarget.files ?? [])
              event.currentTarget.value = ''
            }}
          />
        </label>
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          value={text}
          maxLength={10_000}
          aria-label={t.room.write(name)}
          aria-autocomplete="list"
          aria-controls={suggesting.shown.length > 0 ? suggesting.id : undefined}
          aria-activedescendant={suggesting.shown.length > 0 ? optionId(suggesting) : undefined}
          placeholder={t.room.write(name)}
          enterkeyhint={byTouch.matches ? 'enter' : 'send'}
          onInput={(event) => {
            write(event.currentTarget.value)
            setCaret(event.currentTarget.selectionStart)
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = [...(event.clipboardData?.files ?? [])]
            if (pasted.length === 0) return
            event.preventDefault()
            addFiles(pasted)
          }}
          onBlur={() => room.stopTyping()}
        />
        <button
          type="submit"
          class="send"
          disabled={!text.trim() && attached.length === 0}
          aria-label={t.room.send}
          title={t.room.send}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}
