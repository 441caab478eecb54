/** The state of a request without an answer: loading, or its error. */
import type { ChatError } from '../../client'
import { said } from '../words/server'
import { words } from './words'

export function LoadState({ error, again }: { error: ChatError | null; again: () => void }) {
  if (!error)
    return (
      <p class="hint none" role="status">
        {words.loading}
      </p>
    )
  return (
    <div class="none">
      <p class="form-error" role="alert">
        {said(error)}
      </p>
      {error.status !== 404 && (
        <button type="button" class="link" onClick={again}>
          {words.again}
        </button>
      )}
    </div>
  )
}
