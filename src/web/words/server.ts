/** What the server says, in the reader's language. It says everything in English, and says a code with each refusal. */
import type { ChatError, Notification } from '../../client'
import { t } from '.'

/** What another language has to have of it. */
export interface ServerWords {
  /** By code, in full. */
  codes: Readonly<Record<string, string>>
  /** By the sentence, where one code has several, and what is said of a field, which has no code. */
  sentences: Readonly<Record<string, string>>
  patterns: readonly [said: RegExp, words: (...parts: string[]) => string][]
  /** Of a code, and of a field, that a newer server may have. */
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

/** What a refusal says, of whose sending or of a whole request. */
export function refusalText({ code, message }: { code: string; message: string }): string {
  if (!t.server) return message
  return (
    translated(message) ?? (Object.hasOwn(t.server.codes, code) ? t.server.codes[code] : undefined) ?? t.server.other
  )
}

/** What a person is told about an error. */
export function said(error: ChatError): string {
  if (error.code === 'no_answer') return t.common.noAnswer
  if (error.retryAfter) return t.common.tooSoon(error.retryAfter)
  return refusalText(error)
}

/** What is wrong with a field; undefined where nothing is. */
export function fieldErrorText(error: ChatError | null | undefined, field: string): string | undefined {
  const { server } = t
  const sentences = error?.fields[field]
  if (!sentences || !server) return sentences?.join(' ')
  return [...new Set(sentences.map((each) => translated(each) ?? server.otherField))].join(' ')
}

/** What a notification says. What people have written into one themselves stays as it is. */
export const notificationText = (notification: Notification): string =>
  t.server?.notification(notification) ?? notification.message
