/** Keeps what must stay secret, and searches the log, the store and the answers for it. */
import type { Answer } from '../../harness/api-client.ts'
import { filesOf } from '../../harness/store.ts'
import type { Findings } from '../../harness/trial.ts'

type Kind =
  | 'codes'
  | 'long codes'
  | 'device keys'
  | 'tokens'
  | 'passwords'
  | 'tickets'
  | 'challenges'
  | 'link codes'
  | 'addresses'
  | 'words'

/** What the directory must know in clear to work: whom mail goes to, what was said, which link is open. */
const STORED: readonly Kind[] = ['addresses', 'words', 'link codes']
/** What the person who asks is answered. */
const ANSWERED: readonly Kind[] = ['tokens', 'tickets', 'challenges', 'link codes', 'addresses', 'words']

export class Secrets {
  readonly #kept = new Map<Kind, Set<string>>()
  /** Every text that was answered to anybody, once. */
  readonly answers = new Set<string>()

  keep(kind: Kind, ...secrets: string[]): void {
    const known = this.#kept.get(kind) ?? new Set()
    this.#kept.set(kind, known)
    for (const secret of secrets) known.add(secret)
  }

  received({ text, headers }: Answer): void {
    this.answers.add(text)
    for (const value of headers.values()) this.answers.add(value)
  }

  entries(): [Kind, string[]][] {
    return [...this.#kept].map(([kind, secrets]) => [kind, [...secrets]])
  }
}

/** How a secret is looked for in bytes: a code with no digit beside it, since ids and times are full of digits; a token by its signature. */
function pattern(kind: Kind, secret: string): RegExp {
  const sought = kind === 'tokens' ? (secret.split('.')[2] ?? secret) : secret
  const escaped = sought.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return kind === 'codes' ? new RegExp(`(?<![\\d.])${escaped}(?![\\d])`) : new RegExp(escaped)
}

/**
 * How it is looked for in text. Every answer and every line of the log has a random UUID, and of 13,000 some 2,800 have six
 * digits between letters: one in five runs would find one of 80 codes there.
 */
const patternInText = (kind: Kind, secret: string): RegExp =>
  kind === 'codes' ? new RegExp(`(?<![\\w.-])${secret}(?![\\w-])`) : pattern(kind, secret)

/** Looks for every secret in the log, in every byte that was stored, and in every answer. */
export function searchForSecrets(of: { store: string; log: string; secrets: Secrets; findings: Findings }): void {
  const { store, log, secrets, findings } = of
  const stored = filesOf(store).map(({ name, bytes }) => ({ name, text: bytes.toString('latin1') }))
  const answers = [...secrets.answers].join('\n')
  for (const [kind, each] of secrets.entries()) {
    findings.count(`${kind} looked for`, each.length)
    for (const secret of each) {
      const sought = patternInText(kind, secret)
      if (sought.test(log)) findings.fail(`one of the ${kind} stands in the log: ${lineWith(log, sought)}`)
      const file = stored.find(({ text }) => pattern(kind, secret).test(text))
      if (file && !STORED.includes(kind)) findings.fail(`one of the ${kind} is stored in ${file.name}`)
      if (!ANSWERED.includes(kind) && sought.test(answers)) {
        findings.fail(`one of the ${kind} was answered: ${lineWith(answers, sought)}`)
      }
    }
    // The search itself is put to the test by what must be there.
    const isStored = each.some((secret) => stored.some(({ text }) => pattern(kind, secret).test(text)))
    if (STORED.includes(kind)) findings.expect(`${kind} found in the store, where they must be`, isStored, true)
    const isAnswered = each.some((secret) => pattern(kind, secret).test(answers))
    if (ANSWERED.includes(kind)) findings.expect(`${kind} found in answers, where they must be`, isAnswered, true)
  }
  findings.count('bytes of log searched', log.length)
  findings.count(
    'bytes of the store searched',
    stored.reduce((sum, { text }) => sum + text.length, 0),
  )
  findings.count('answers searched', secrets.answers.size)
}

const lineWith = (log: string, sought: RegExp) =>
  log
    .split('\n')
    .find((line) => sought.test(line))
    ?.slice(0, 300)
