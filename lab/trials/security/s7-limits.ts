/** S7 with the limits on: refusals and their times must be the same for an account and for none. */
import type { ApiClient } from '../../harness/api-client.ts'
import type { Findings } from '../../harness/trial.ts'
import { type Asked, comparable, fresh, PASSWORD, QUESTIONS, type Question } from './account-questions.ts'

/** Askings of one kind of one question: beyond each limit that belongs to one name. */
const ASKINGS = 13
/** Names whose two forms are tried against each other. */
export const NAMES = 3
const TRIES = 12

let networks = 0
/** Another network each time: no count is of two of them. */
const elsewhere = () => ({ 'cf-connecting-ip': `192.${++networks >> 8}.${networks & 255}.1` })

interface Cast {
  known: Asked[]
  /** Signs somebody new in. */
  access(): Promise<string>
}

export async function withLimits(api: ApiClient, cast: Cast, findings: Findings): Promise<void> {
  const known = [...cast.known]
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const somebody = await sequence(api, question, known.pop() as Asked, cast)
    const nobody = await sequence(api, question, fresh('nobody'), cast)
    findings.expect(`${name}, ${ASKINGS} times with the limits on`, somebody, nobody)
    const refused = somebody.filter(({ status }) => status === 429).length
    if (refused > 0) findings.count('questions that met a limit')
    findings.count('askings with the limits on', 2 * ASKINGS)
  }
  for (let n = 0; n < NAMES; n++) await names(api, known.pop() as Asked, known[0] as Asked, findings)
}

/** What one asker is answered who asks for the same again and again. */
async function sequence(api: ApiClient, question: Question, who: Asked, { access }: Cast) {
  const headers = elsewhere()
  const credentials = question.signedIn ? { access: await access() } : {}
  const seen = []
  for (let n = 0; n < ASKINGS; n++) {
    const sent = question.body(who)
    const asking = { ...credentials, headers, body: sent }
    const { headers: answered, ...rest } = comparable(
      await api.ask(question.method ?? 'POST', `/api/${question.path}/`, asking),
      { ...who, ...sent },
    )
    // Seconds to wait differ by those that pass between two answers.
    const wait = Number(answered['retry-after'] ?? 0)
    seen.push({ ...rest, waits: Math.round(wait / 10) * 10 })
  }
  return seen
}

/**
 * A name is tried until it is refused: the address that belongs to it is answered like the address of somebody else and like
 * nobody's, so no count tells which belongs to which.
 */
async function names(api: ApiClient, who: Asked, other: Asked, findings: Findings): Promise<void> {
  const headers = elsewhere()
  const login = async (identifier: string) =>
    (await api.ask('POST', '/api/login/', { headers, body: { identifier, password: PASSWORD } })).status
  const statuses: number[] = []
  for (let n = 0; n < TRIES; n++) statuses.push(await login(who.username))
  findings.expect('a name that is tried too often', statuses.at(-1), 429)
  const [own, others, nobodys] = [await login(who.email), await login(other.email), await login(fresh('nobody').email)]
  findings.expect('the address of that name, of somebody else, of nobody', [own, others], [nobodys, nobodys])
  findings.count('names tried against their addresses')
}
