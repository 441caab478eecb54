/** Where messages are written. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { Participant, Room, RoomMessage } from '../../client'
import { chat } from '../chat'
import { draftOf, setDraft } from '../drafts'
import { Icon } from '../parts/icon'
import { IconButton } from '../parts/icon-button'
import { attempt, toast } from '../parts/toasts'
import { sending } from '../preferences'
import { t } from '../words'
import { MentionList, mentionAt } from './mentions'
import { Tray } from './tray'

interface Props {
  room: Room
  name: string
  members: readonly Participant[]
  replyTo: RoomMessage | null
  editing: RoomMessage | null
  files: File[]
  box: RefObject<HTMLTextAreaElement | null>
  setFiles: (files: File[]) => void
  addFiles: (files: Iterable<File>) => void
  /** Ends a reply or an edit. */
  done: () => void
  editLast: () => void
}

/** Whether this Enter sends. Ctrl+Enter always does; the others break the line where they do not. */
const sends = (event: KeyboardEvent) =>
  event.ctrlKey || event.metaKey || (sending.value === 'enter' && !event.shiftKey && !event.altKey && !byTouch.matches)

/** Where a finger writes there is no Shift+Enter: Enter breaks the line. */
const byTouch = matchMedia('(pointer: coarse)')

export function Composer(props: Props) {
  const { room, name, members, replyTo, editing, files, box, setFiles, addFiles, done, editLast } = props
  const me = chat.auth.user?.id ?? 0
  const [text, setText] = useState(() => draftOf(me, room.id))
  const [caret, setCaret] = useState(0)
  const [named, setNamed] = useState(0)
  const mention = mentionAt(text, caret)
  const candidates = mention
    ? members
        .filter(({ id, username, full_name }) => {
          const q = mention.typed.toLocaleLowerCase()
          return id !== me && (username.toLocaleLowerCase().startsWith(q) || full_name.toLocaleLowerCase().includes(q))
        })
        .slice(0, 6)
    : []

  // Before the next key is heard: after the next paint, it would put back what somebody quick has typed over already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is edited, not for each change of it
  useLayoutEffect(() => {
    setText(editing ? (editing.content ?? '') : draftOf(me, room.id))
    box.current?.focus()
  }, [editing?.key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is answered, not for each change of it
  useEffect(() => {
    if (replyTo) box.current?.focus()
  }, [replyTo?.key])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows from the text, by way of the page
  useLayoutEffect(() => {
    const area = box.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${area.scrollHeight}px`
  }, [text])

  function write(value: string): void {
    setText(value)
    setNamed(0)
    if (editing) return
    setDraft(me, room.id, value)
    if (value.trim()) room.typing()
    else room.stopTyping()
  }

  function complete(person: Participant | undefined): void {
    if (!person || !mention) return
    const before = `${text.slice(0, mention.start)}@${person.username} `
    write(before + text.slice(caret))
    setCaret(before.length)
    requestAnimationFrame(() => box.current?.setSelectionRange(before.length, before.length))
  }

  function submit(): void {
    const words = text.trim()
    box.current?.focus()
    if (editing) {
      if (words && words !== editing.content) {
        void attempt(async () => {
          if (editing.id !== null) await room.edit(editing.id, words)
        })
      }
      done()
      return
    }
    if (!words && files.length === 0) return
    const answered = replyTo?.id ?? null
    const parts = files.length > 0 ? files : [null]
    parts.forEach((file, place) => {
      const image = file && isImage(file) ? file : null
      // What is refused stays in the list as failed, with its reason.
      room
        .send({
          text: place === 0 ? words : '',
          image,
          file: image ? null : file,
          replyTo: place === 0 ? answered : null,
        })
        .catch(() => undefined)
    })
    setText('')
    setDraft(me, room.id, '')
    setFiles([])
    done()
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends a word of an input method is not meant for us.
    if (event.isComposing || event.keyCode === 229) return
    if (candidates.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step) {
        event.preventDefault()
        setNamed((named + step + candidates.length) % candidates.length)
        return
      }
      if (event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault()
        complete(candidates[named])
        return
      }
      if (event.key === 'Escape') {
        event.preventDefault()
        setCaret(-1)
        return
      }
    }
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
            <span dir="auto">{context.content ?? t.room.attachment}</span>
          </span>
          <IconButton icon="close" label={t.common.cancel} onClick={done} />
        </div>
      )}
      <Tray files={files} remove={(file) => setFiles(files.filter((each) => each !== file))} />
      <MentionList people={candidates} chosen={named} choose={complete} />
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
          disabled={!text.trim() && files.length === 0}
          aria-label={t.room.send}
          title={t.room.send}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}

/** Formats that the server takes for images; anything else goes as a file. */
export const isImage = (file: File): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(file.type)

const IMAGE_BYTES = 10 * 1024 * 1024
const FILE_BYTES = 25 * 1024 * 1024

/** Those that the server would take; the others are named. */
export function fitting(files: Iterable<File>): File[] {
  return [...files].filter((file) => {
    const fits = file.size > 0 && file.size <= (isImage(file) ? IMAGE_BYTES : FILE_BYTES)
    if (!fits) toast(t.room.tooLarge(file.name, isImage(file) ? 10 : 25))
    return fits
  })
}
