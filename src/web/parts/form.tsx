/** Forms: labelled fields with their errors, and one submission at a time. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ChatError } from '../../client'
import { focusUnlessTouch } from '../pointer'
import { t } from '../words'
import { fieldErrorText, said } from '../words/server'

/** Runs one action at a time and keeps its error. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ChatError | null>(null)
  async function run(work: () => Promise<unknown>): Promise<void> {
    if (busy) return
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (thrown) {
      if (!(thrown instanceof ChatError)) throw thrown
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, run, setError }
}

export function FormError({ error, fields = [] }: { error: ChatError | null; fields?: string[] }) {
  if (!error || fields.some((field) => error.fields[field])) return null
  return (
    <p class="form-error" role="alert">
      {said(error)}
    </p>
  )
}

type InputProps = Pick<
  InputHTMLAttributes<HTMLInputElement>,
  'autocomplete' | 'autoCapitalize' | 'inputMode' | 'defaultValue'
>

interface FieldProps extends InputProps {
  label: string
  hint?: string
  error?: ChatError | null
  name: string
  /** Longer text is kept and reported, because the `maxlength` attribute would cut pasted text silently. */
  maxLength?: number
  type?: 'text' | 'email' | 'password'
  /** Focuses the field at first. */
  first?: boolean
}

export function Field({ label, hint, error, name, maxLength, first = false, type = 'text', ...input }: FieldProps) {
  const id = useId()
  const ref = useRef<HTMLInputElement>(null)
  const [excess, setExcess] = useState(0)
  const wrong = excess > 0 ? t.common.tooLong(excess, maxLength ?? 0) : fieldErrorText(error, name)
  useEffect(() => {
    // A dialog is opened for typing, also on a touch screen; a page is not.
    if (first && ref.current?.closest('dialog')) ref.current.focus()
    else if (first) focusUnlessTouch(ref.current)
  }, [first])
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...input}
        type={type as 'text'}
        ref={ref}
        id={id}
        name={name}
        onInput={({ currentTarget: { value } }) =>
          setExcess(value.trim().length - (maxLength ?? Number.POSITIVE_INFINITY))
        }
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong || hint ? `${id}-hint` : undefined}
      />
      {(wrong || hint) && (
        <p id={`${id}-hint`} class={wrong ? 'form-error' : 'hint'}>
          {wrong || hint}
        </p>
      )}
    </div>
  )
}

interface FormProps {
  children: ComponentChildren
  onSubmit: (fields: Record<string, string>) => void
  class?: string
}

/** A form that passes the values of its fields by name. */
export function Form({ children, onSubmit, class: extra = '' }: FormProps) {
  return (
    <form
      class={`form ${extra}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const typed = new FormData(event.currentTarget)
        onSubmit(Object.fromEntries([...typed].map(([name, value]) => [name, String(value)])))
      }}
    >
      {children}
    </form>
  )
}
