/** A dialog that asks for the account's password before an action. */
import type { ComponentChildren } from 'preact'
import { t } from '../words'
import { Dialog } from './dialog'
import { Field, Form, FormError, useAction } from './form'

interface PasswordDialogProps {
  title: string
  /** The explanation above the field. */
  children: ComponentChildren
  /** The name of the field in the request and in refusals. */
  field: 'password' | 'oldPassword'
  submit: string
  danger?: boolean
  /** The action. If it throws, the dialog stays open and shows the refusal. */
  onSubmit: (password: string) => Promise<unknown>
  onClose: () => void
}

export function PasswordDialog({ title, children, field, submit, danger, onSubmit, onClose }: PasswordDialogProps) {
  const { busy, error, run } = useAction()
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={(fields) => void run(() => onSubmit(fields[field] ?? ''))}>
        {children}
        <Field
          first
          name={field}
          label={t.signIn.password}
          type="password"
          error={error}
          autocomplete="current-password"
        />
        <FormError error={error} fields={[field]} />
        <button type="submit" class={danger ? 'danger' : 'primary'} disabled={busy}>
          {submit}
        </button>
      </Form>
    </Dialog>
  )
}
