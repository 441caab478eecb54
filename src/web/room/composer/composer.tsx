/** The composer: writes, replies to and edits messages. */
import type { RefObject } from 'preact'
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Participant, Room } from '../../../client'
import { plainText } from '../../../markdown'
import { chat } from '../../chat'
import { draftOf, setDraft } from '../../drafts'
import { Icon } from '../../parts/icon'
import { IconButton } from '../../parts/icon-button'
import { attempt } from '../../parts/toasts'
import { focusUnlessTouch, isTouch } from '../../pointer'
import { sending } from '../../preferences'
import { t } from '../../words'
import { AttachmentTray } from './attachment-tray'
import {
  type ComposeContext,
  type ComposeState,
  confirmUnloadUntil,
  type MessageSubject,
  type useComposeState,
} from './compose-state'
import { type DraftAttachment, fetchLimits, isAltTooLong, isImage, maxTextLength } from './draft-attachments'
import { pastedFiles } from './pasted-files'
import { optionId, Suggestions, useSuggestions } from './suggestions'

interface Props {
  room: Room
  name: string
  members: readonly Participant[]
  /** The current reply or edit, with the newest state of its message. */
  context: ComposeContext | null
  attachments: readonly DraftAttachment[]
  edits: ComposeState['edits']
  change: ReturnType<typeof useComposeState>['change']
  box: RefObject<HTMLTextAreaElement | null>
  /** @returns the files that can be sent */
  addFiles: (files: Iterable<File>) => readonly DraftAttachment[]
  /** The text of a message whose upload was cancelled. */
  recalled: { text: string } | null
  editLast: () => void
}

/** Tells whether this Enter sends. Ctrl+Enter always does. Enter alone depends on the setting, and breaks the line on a touch screen. */
const sends = (event: KeyboardEvent) =>
  event.ctrlKey || event.metaKey || (sending.value === 'enter' && !event.shiftKey && !event.altKey && !isTouch.matches)

/** Characters before the limit from which the rest is shown. */
const NEAR = 500

const quoted = ({ text, deleted }: MessageSubject) =>
  deleted ? t.room.deleted : text ? plainText(text) : t.room.attachment

export function Composer(props: Props) {
  const { room, name, members, context, attachments, edits, change, box, addFiles, recalled, editLast } = props
  const editing = context?.kind === 'edit' ? context.subject : null
  const replyTo = context?.kind === 'reply' ? context.subject : null
  const me = chat.auth.user?.id ?? 0
  /** Leading blanks, which are not stored as a draft but must stay in the field. */
  const [blank, setBlank] = useState('')
  const text = editing ? (edits[editing.id] ?? editing.text ?? '') : draftOf(me, room.id) || blank
  const [caret, setCaret] = useState(0)
  const suggesting = useSuggestions({
    text,
    caret,
    members,
    me,
    complete(value, caret) {
      // Before the next paint, or the caret would jump back over characters that were typed meanwhile.
      if (box.current) {
        box.current.value = value
        box.current.setSelectionRange(caret, caret)
      }
      write(value)
      setCaret(caret)
    },
    dismiss: () => setCaret(-1),
  })
  const lengthId = useId()
  const opened = useRef(false)
  useEffect(fetchLimits, [])

  // Before the next key event: after the next paint, it would overwrite characters that were typed meanwhile.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each that is changed or answered
  useLayoutEffect(() => {
    if (context && opened.current) box.current?.focus()
    else focusUnlessTouch(box.current)
    opened.current = true
  }, [editing?.id, replyTo?.id])
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
    if (editing) change(({ edits }) => ({ edits: { ...edits, [editing.id]: value } }))
    else {
      setDraft(me, room.id, value)
      setBlank(value.trim() ? '' : value)
      if (value.trim()) room.typing()
      else room.stopTyping()
    }
  }

  /** Ends a reply or an edit. */
  const done = () =>
    change(({ edits }) => {
      const { [editing?.id ?? 0]: _, ...others } = edits
      return { context: null, edits: others }
    })

  /** Saves an edit. If that fails, the edit is open again with the new text. */
  async function save(subject: MessageSubject, words: string): Promise<void> {
    const again = ({ edits }: ComposeState) => ({
      context: { kind: 'edit' as const, subject },
      edits: { ...edits, [subject.id]: words },
    })
    const saved = attempt(() => room.edit(subject.id, words))
    confirmUnloadUntil(saved)
    if (!(await saved)) change(again)
  }

  const words = text.trim()
  const excess = words.length - maxTextLength()
  const isTooLong = excess > 0 || attachments.some(isAltTooLong)

  function submit(): void {
    box.current?.focus()
    if (isTooLong) return
    if (editing) {
      if (words && words !== editing.text) void save(editing, words)
      done()
      return
    }
    if (!words && attachments.length === 0) return
    const parts = attachments.length > 0 ? attachments : [null]
    parts.forEach((part, place) => {
      const image = part && isImage(part.file) ? part.file : null
      // A refused message stays in the list as failed, with its reason.
      const sent = room.send({
        text: place === 0 ? words : '',
        image,
        imageAlt: part?.alt.trim() ?? '',
        file: image ? null : (part?.file ?? null),
        replyTo: place === 0 ? (replyTo?.id ?? null) : null,
      })
      // The outbox stores texts, but not files.
      if (part) confirmUnloadUntil(sent)
      sent.catch(() => undefined)
    })
    write('')
    change({ context: null, attachments: [] })
  }

  function asFile(): void {
    if (addFiles([new File([text], t.room.textFile, { type: 'text/plain' })]).length > 0) write('')
    box.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    // An input method uses this Enter to complete a word.
    if (event.isComposing || event.keyCode === 229) return
    if (suggesting.press(event)) return
    if (event.key === 'Enter' && sends(event)) {
      event.preventDefault()
      submit()
    } else if (event.key === 'Escape' && context) {
      event.preventDefault()
      done()
    } else if (event.key === 'ArrowUp' && text === '' && !event.altKey) {
      event.preventDefault()
      editLast()
    }
  }

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
            <b>{editing ? t.room.editing : t.room.replyingTo(context.subject.author)}</b>
            <span dir="auto">{quoted(context.subject)}</span>
          </span>
          <IconButton icon="close" label={t.common.cancel} onClick={done} />
        </div>
      )}
      <AttachmentTray attachments={attachments} change={change} />
      <Suggestions suggesting={suggesting} />
      {excess > -NEAR && (
        <p id={lengthId} class={excess > 0 ? 'length form-error' : 'length hint'} role="status">
          {excess > 0 ? t.common.tooLong(excess, maxTextLength()) : t.room.lengthLeft(-excess)}
          {excess > 0 && !editing && (
            <button type="button" class="link" onClick={asFile}>
              {t.room.asFile}
            </button>
          )}
        </p>
      )}
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
          aria-invalid={excess > 0 ? true : undefined}
          aria-describedby={excess > -NEAR ? lengthId : undefined}
          aria-label={t.room.write(name)}
          aria-autocomplete="list"
          aria-controls={suggesting.shown.length > 0 ? suggesting.id : undefined}
          aria-activedescendant={suggesting.shown.length > 0 ? optionId(suggesting) : undefined}
          placeholder={t.room.write(name)}
          enterkeyhint={isTouch.matches ? 'enter' : 'send'}
          onInput={(event) => {
            write(event.currentTarget.value)
            setCaret(event.currentTarget.selectionStart)
          }}
          onKeyDown={onKeyDown}
          onPaste={(event) => {
            const pasted = event.clipboardData ? pastedFiles(event.clipboardData) : []
            if (pasted.length === 0) return
            event.preventDefault()
            addFiles(pasted)
          }}
          onBlur={() => room.stopTyping()}
        />
        <button
          type="submit"
          class="send"
          disabled={isTooLong || (!words && attachments.length === 0)}
          aria-label={t.room.send}
          title={t.room.send}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}
