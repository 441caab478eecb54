/**
 * S13: the headers of a server as it is deployed, over every operation that its own description names, every socket, and
 * every file of the app: what a browser is told to refuse, what nobody may keep, and which pages may read an answer.
 */
import fs from 'node:fs'
import path from 'node:path'
import { startServer } from '../../../scripts/server.ts'
import { ROOT } from '../../../scripts/wrangler.mjs'
import { type Answer, ApiClient, type Person } from '../../harness/api-client.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Trial } from '../../harness/trial.ts'

const OPTIONS = { ids: 2, origins: 5 }
const NAMED = 'https://chat.example'
const OTHERS = [
  'https://evil.example',
  'http://chat.example',
  `${NAMED}.evil.example`,
  'https://chat.example:8443',
  'null',
]
/** Of the API's answers only these are the same for everybody, but none is kept either. */
const HSTS = /^max-age=(\d+)(; includeSubDomains)?(; preload)?$/
/** A year, in seconds. */
const YEAR = 31_536_000

export const s13: Trial<typeof OPTIONS> = {
  title: 'the headers of every answer',
  /** `ids`: how many different ids are tried in each path; `origins`: how many pages that must not read it. */
  options: OPTIONS,
  short: { ids: 1, origins: 1 },
  async run({ ids, origins }) {
    const server = await startServer({ entry: LIGHT, deployed: true, vars: { ALLOWED_ORIGINS: NAMED } })
    try {
      const api = new ApiClient(server.url)
      const findings = new Findings()
      const ana = await api.register('ana')
      const room = await api.group(ana)
      const routes = Array.from({ length: ids }, (_, n) => String([room, ana.id, 4_503_599_627_370_497][n % 3]))
      for (const { method, path } of await operations(api)) {
        for (const id of routes) {
          const operation = { method, route: path.replaceAll(/\{\w+\}/g, id), others: OTHERS.slice(0, origins) }
          await tried(api, ana, operation, findings)
        }
      }
      for (const route of ['/dev/mail/', '/api/nothing/', '/api/', '/media/1/x', '/health']) {
        protectedAnswer(`GET ${route}`, await api.ask('GET', route), findings)
      }
      findings.expect('the development mailbox', (await api.ask('GET', '/dev/mail/')).status, 404)
      for (const index of [`/ws/chat/${room}/`, '/ws/sidebar/', '/ws/notifications/']) {
        findings.expect(`${index} without a ticket`, (await api.knock(index)).status, 401)
      }
      await app(api, findings)
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

async function operations(api: ApiClient): Promise<{ method: string; path: string }[]> {
  const { paths } = await api.call('GET', '/api/schema/')
  return Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  )
}

/** One operation, asked by nobody, by somebody, from pages of every kind, before a request and with a wrong method. */
async function tried(
  api: ApiClient,
  ana: Person,
  { method, route, others }: { method: string; route: string; others: readonly string[] },
  findings: Findings,
): Promise<void> {
  findings.count('operations')
  // What ends a session or a room would end the trial: those are asked without the body that they need, or by nobody.
  const ends = method === 'DELETE' || /(logout|leave_room)/.test(route)
  const bodied = method === 'GET' ? {} : { body: {} }
  const askings: [string, object][] = [
    ['nobody', bodied],
    ...(ends ? [] : [['somebody', { ...bodied, access: ana.access }] as [string, object]]),
  ]
  for (const [who, asking] of askings) {
    const answer = await api.ask(method, route, asking)
    const name = `${method} ${route} by ${who} (${answer.status})`
    findings.count('answers')
    protectedAnswer(name, answer, findings)
    if (answer.status >= 500) findings.fail(`${name}: ${answer.text}`)
    if (!route.startsWith('/media/')) findings.expect(`${name}: kept`, answer.headers.get('cache-control'), 'no-store')
  }
  for (const origin of [NAMED, ...others]) {
    const right = origin === NAMED ? NAMED : null
    const headers = { origin }
    const plain = await api.ask(method, route, { headers, ...bodied })
    const preflight = await api.ask('OPTIONS', route, {
      headers: {
        ...headers,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,x-evil',
      },
    })
    for (const [what, answer] of Object.entries({ answer: plain, preflight })) {
      const name = `${what} to ${method} ${route} for ${origin}`
      findings.count('answers')
      findings.expect(`${name}: origin`, answer.headers.get('access-control-allow-origin'), right)
      findings.expect(`${name}: credentials`, answer.headers.get('access-control-allow-credentials'), null)
      if (!/\borigin\b/i.test(answer.headers.get('vary') ?? '')) findings.fail(`${name}: does not vary with the origin`)
    }
    if (right) {
      const allowed = preflight.headers.get('access-control-allow-headers')
      findings.expect(`preflight of ${route}: headers`, allowed, 'authorization,content-type,idempotency-key')
    }
  }
  const wrong = await api.ask('PURGE', route, { access: ana.access })
  // Whoever may not know of a thing is told so before anything about methods.
  if (![401, 403, 404, 405].includes(wrong.status)) findings.fail(`PURGE ${route} was answered ${wrong.status}`)
  const allowed = wrong.headers.get('allow')?.split(', ') ?? []
  if (wrong.status === 405 && !allowed.includes(method)) findings.fail(`PURGE ${route} does not allow ${method}`)
  const traced = await api.ask('OPTIONS', route)
  if (/TRACE|CONNECT/.test(traced.headers.get('allow') ?? ''))
    findings.fail(`${route} allows ${traced.headers.get('allow')}`)
}

/** What every answer says, whatever it is. */
function protectedAnswer(name: string, { headers }: Answer, findings: Findings): void {
  const policy = headers.get('content-security-policy') ?? ''
  if (!/(^|; ?)default-src 'none'(;|$)/.test(policy)) findings.fail(`${name}: policy ${policy}`)
  if (/unsafe-|\*|data:(?!.*img-src)|http:/.test(policy.replace(/img-src[^;]*/, '')))
    findings.fail(`${name}: policy ${policy}`)
  if (!/frame-ancestors 'none'/.test(policy) && !/sandbox/.test(policy))
    findings.fail(`${name}: may be framed: ${policy}`)
  const [, seconds] = HSTS.exec(headers.get('strict-transport-security') ?? '') ?? []
  if (Number(seconds ?? 0) < YEAR) findings.fail(`${name}: HSTS ${headers.get('strict-transport-security')}`)
  findings.expect(`${name}: nosniff`, headers.get('x-content-type-options'), 'nosniff')
  findings.expect(`${name}: framing`, headers.get('x-frame-options'), 'DENY')
  findings.expect(`${name}: referrer`, headers.get('referrer-policy'), 'no-referrer')
  findings.expect(`${name}: cookies`, headers.get('set-cookie'), null)
  findings.expect(`${name}: server`, [headers.get('x-powered-by'), headers.get('server')], [null, null])
}

/** Every file of the app, and what it answers to paths that are its own to make sense of. */
async function app(api: ApiClient, findings: Findings): Promise<void> {
  const folder = path.join(ROOT, 'dist/web')
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  findings.expect('the list of headers, as a file', (await api.ask('GET', '/_headers')).text.includes('X-Frame'), false)
  const routes = files
    .filter((file) => file !== '_headers')
    .map((file) => `/${file.replace(/(^|\/)index\.html$/, '$1')}`)
  for (const route of [...routes, '/r/1', '/docs/', '/admin/', '/admin', '/nothing/at/all']) {
    const answer = await api.ask('GET', route)
    findings.count('files and pages')
    if (answer.status >= 400) findings.fail(`GET ${route} was answered ${answer.status}`)
    protectedAnswer(`GET ${route}`, answer, findings)
    const policy = answer.headers.get('content-security-policy') ?? ''
    for (const rule of ["script-src 'self'", "base-uri 'none'", "form-action 'self'"]) {
      if (!policy.split('; ').includes(rule)) findings.fail(`GET ${route}: no ${rule} in ${policy}`)
    }
    // A page with a script or a style of its own in it would not work under this policy: then somebody loosens it.
    if (
      answer.headers.get('content-type')?.startsWith('text/html') &&
      /<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|style="/.test(answer.text)
    ) {
      findings.fail(`GET ${route} has scripts or styles in the page`)
    }
  }
}
