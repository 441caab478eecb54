/** Translates the server's sentences. The server writes English, with a code for each refusal. */
import type { ChatError, Notification } from '../../client'
import { t } from '.'

/** The translations of one language. */
export interface ServerWords {
  /** Sentences by code. */
  codes: Readonly<Record<string, string>>
  /** Sentences by English sentence: for codes with several sentences, and for fields, which have no code. */
  sentences: Readonly<Record<string, string>>
  patterns: readonly [said: RegExp, words: (...parts: string[]) => string][]
  /** For codes and fields of newer servers. */
  other: string
  otherField: string
  notification(notification: Notification): string
}

function translated(sentence: string): string | undefined {
  const { sentences = {}, patterns = [] } = t.server ?? {}
  if (Object.hasOwn(sentences, sentence)) return sentences[sentence]
  for (const [said, words] of patterns) {
    const found = said.exec(sentence)
    if (found) return words(...found.slice(1))
  }
  return undefined
}

/** The sentence of a refusal, of a failed message or a request. */
export function refusalText({ code, message }: { code: string; message: string }): string {
  if (!t.server) return message
  return (
    translated(message) ?? (Object.hasOwn(t.server.codes, code) ? t.server.codes[code] : undefined) ?? t.server.other
  )
}

/** The sentence that a person sees for an error. */
export function said(error: ChatError): string {
  if (error.code === 'no_answer') return t.common.noAnswer
  if (error.retryAfter) return t.common.tooSoon(error.retryAfter)
  return refusalText(error)
}

/** The error of a field; undefined if it is valid. */
export function fieldErrorText(error: ChatError | null | undefined, field: string): string | undefined {
  const { server } = t
  const sentences = error?.fields[field]
  if (!sentences || !server) return sentences?.join(' ')
  return [...new Set(sentences.map((each) => translated(each) ?? server.otherField))].join(' ')
}

/** The sentence of a notification. Text that people wrote stays as it is. */
export const notificationText = (notification: Notification): string =>
  t.server?.notification(notification) ?? notification.message
