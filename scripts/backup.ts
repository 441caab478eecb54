/**
 * `npm run backup -- --room 12 --out room.ndjson` writes a room to a file, `npm run restore -- room.ndjson` reads it back. Both
 * go in parts, because the platform's edge bounds a request, and what broke off is continued by the same command.
 * Through the server's own API: staff say who it is (a local server is asked as one of its staff, any other with
 * `--token`), and the operator's own key says that they may.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { OPERATOR_KEY_FILE, readOperatorKey } from './operator-key.ts'
import { staffToken } from './staff-token.ts'
import { say, script, Trouble } from './steps.mjs'
import { workerModule } from './worker-module.mjs'

const HELP = `
npm run backup -- --room <id> --out <file>
npm run restore -- <file>

  --key <file>       the operator's private key (operator-key.json; npm run admin -- operator-key makes one)
  --map <id>=<id>    restore: whoever the file calls the first is the second here; for ids unknown here, as often as needed
  --part <bytes>     restore: a larger file is sent in requests of this size (40 MiB, which is the most)
  --url <address>    where the server answers (http://localhost:$PORT, or 8787)
  --token <access>   an access token of staff; STAFF_TOKEN in the environment is better, for it is in no list of processes
  --json             one JSON value instead of words

A local server needs no token: one is made for a staff account of it (npm run admin -- staff <who>).
`

/** Bytes of a request that the platform's edge and the server take. */
const PART = 40 * 1024 * 1024

const OPTIONS = {
  room: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string', default: process.env.OPERATOR_KEY_FILE ?? OPERATOR_KEY_FILE },
  map: { type: 'string', multiple: true },
  part: { type: 'string', default: String(PART) },
  url: { type: 'string', default: `http://localhost:${process.env.PORT ?? 8787}` },
  token: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const TYPE = 'application/x-ndjson'

/** The words of a refusal. */
async function refused(answer: Response): Promise<Trouble> {
  const { detail, code } = (await answer.json().catch(() => ({}))) as { detail?: string; code?: string }
  const id = answer.headers.get('x-request-id')
  return new Trouble(
    detail ?? `The server answered ${answer.status}.`,
    `${code ?? answer.status}${id ? `, request ${id}` : ''}`,
  )
}

/** Who asks, and with which key. */
interface Operator {
  url: string
  token: string
  key: object
}

/** Headers for one request: who asks, and the proof that they are the operator. */
async function headersFor(
  { url, token, key }: Operator,
  method: string,
  path: string,
): Promise<Record<string, string>> {
  const { signOperatorProof, OPERATOR_PROOF } = await workerModule('src/auth/operator.ts')
  const proof = await signOperatorProof(key, { origin: new URL(url).origin, method, path }, Date.now())
  return { authorization: `Bearer ${token}`, [OPERATOR_PROOF]: proof }
}

/** Characters at the end of a part in which its last lines are found. */
const END_LENGTH = 30_000
/** The line that names the next part. It is no line of the file. */
const CONTINUES = /\n(\{"type":"continues","from":"([^"]+)"\}\n)$/
const WHOLE = /\n\{"type":"end"[^\n]*\}\n\{"type":"seal"[^\n]*\}\n$/

/** Where a backup that broke off goes on: kept beside the file while it is not whole. */
interface Progress {
  from: string
  bytes: number
}

/** In parts, each after the one before; one that breaks off is continued by the same command. */
async function backup(
  operator: Operator,
  room: string,
  out: string,
): Promise<{ room: number; file: string; bytes: number }> {
  const [unfinished, kept] = [`${out}.part`, `${out}.next`]
  let progress: Progress | null = fs.existsSync(kept) && fs.existsSync(unfinished) ? readProgress(kept) : null
  // What people wrote is in it.
  if (!progress) fs.writeFileSync(unfinished, '', { mode: 0o600 })
  for (;;) {
    const bytes = progress?.bytes ?? 0
    fs.truncateSync(unfinished, bytes)
    const query = progress ? `from=${encodeURIComponent(progress.from)}` : 'parts=1'
    const end = await appendPart(operator, `/api/admin/rooms/${room}/export/?${query}`, unfinished, progress !== null)
    const [, line = '', from] = CONTINUES.exec(end) ?? []
    if (from === undefined && WHOLE.test(end)) break
    if (from === undefined) throw brokenOff('The end is missing', progress !== null)
    progress = { from, bytes: fs.statSync(unfinished).size - line.length }
    fs.writeFileSync(kept, JSON.stringify(progress), { mode: 0o600 })
  }
  fs.rmSync(kept, { force: true })
  fs.renameSync(unfinished, out)
  return { room: Number(room), file: out, bytes: fs.statSync(out).size }
}

const readProgress = (kept: string): Progress => JSON.parse(fs.readFileSync(kept, 'utf8')) as Progress

const brokenOff = (why: string, isContinued: boolean) =>
  new Trouble(
    'The backup broke off.',
    isContinued ? 'The same command continues it.' : 'Nothing was kept. Try again.',
    why,
  )

/** @returns the end of the part */
async function appendPart(operator: Operator, path: string, file: string, isContinued: boolean): Promise<string> {
  const answer = await fetch(`${operator.url}${path}`, { headers: await headersFor(operator, 'GET', path) })
  if (!answer.ok || !answer.body) throw await refused(answer)
  const body = Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream)
  let end = ''
  body.on('data', (chunk: Buffer) => {
    end = (end + chunk.toString('latin1')).slice(-END_LENGTH)
  })
  try {
    await pipeline(body, fs.createWriteStream(file, { flags: 'a' }))
  } catch (error) {
    if (!isContinued) fs.rmSync(file, { force: true })
    throw brokenOff((error as Error).message, isContinued)
  }
  return end
}

async function restore(
  operator: Operator,
  file: string,
  map: string[],
  partBytes: number,
): Promise<Record<string, number>> {
  if (!fs.existsSync(file)) throw new Trouble(`There is no ${file}.`, 'Name a file that npm run backup has written.')
  const query = new URLSearchParams(map.map((each): [string, string] => ['map', each]))
  const isLarge = fs.statSync(file).size > partBytes
  if (isLarge) query.set('transfer', await sendParts(operator, file, partBytes))
  const path = `/api/admin/rooms/import/${query.size > 0 ? `?${query}` : ''}`
  const answer = await fetch(`${operator.url}${path}`, {
    method: 'POST',
    headers: { ...(await headersFor(operator, 'POST', path)), 'content-type': TYPE },
    ...(isLarge ? {} : { body: Readable.toWeb(fs.createReadStream(file)) as ReadableStream, duplex: 'half' }),
  } as RequestInit)
  if (answer.status !== 201) throw await refused(answer)
  return answer.json() as Promise<Record<string, number>>
}

/** Sends the parts of a file that have not arrived. @returns the name of the transfer: the digest of the file */
async function sendParts(operator: Operator, file: string, partBytes: number): Promise<string> {
  const hash = createHash('sha256').update(`${partBytes}\n`)
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk)
  const name = hash.digest('base64url')
  const path = `/api/admin/rooms/import/${name}/`
  const listed = await fetch(`${operator.url}${path}`, { headers: await headersFor(operator, 'GET', path) })
  if (!listed.ok) throw await refused(listed)
  const arrived = new Map(
    ((await listed.json()) as { part: number; bytes: number }[]).map((each) => [each.part, each.bytes]),
  )
  const { size } = fs.statSync(file)
  const descriptor = fs.openSync(file, 'r')
  try {
    for (let part = 0; part * partBytes < size; part++) {
      const body = Buffer.alloc(Math.min(partBytes, size - part * partBytes))
      if (arrived.get(part) === body.length) continue
      fs.readSync(descriptor, body, 0, body.length, part * partBytes)
      const place = `${path}${part}/`
      const headers = { ...(await headersFor(operator, 'PUT', place)), 'content-type': TYPE }
      const answer = await fetch(`${operator.url}${place}`, { method: 'PUT', headers, body })
      if (!answer.ok) throw await refused(answer)
    }
  } finally {
    fs.closeSync(descriptor)
  }
  return name
}

await script(async () => {
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true })
  const [verb, file] = positionals
  const { room, out, url, map = [] } = options
  const isBackup = verb === 'backup' && room && /^\d+$/.test(room) && out
  const isRestore = verb === 'restore' && file
  if (options.help || !(isBackup || isRestore)) {
    console.log(HELP)
    return options.help ? 0 : 1
  }
  const key = readOperatorKey(options.key)
  const token = options.token ?? process.env.STAFF_TOKEN ?? (await staffToken(url))
  const operator = { url, token, key }
  const value = isBackup
    ? await backup(operator, room, out)
    : await restore(operator, file as string, map, Number(options.part))
  if (options.json) console.log(JSON.stringify(value))
  else for (const [name, part] of Object.entries(value)) say(`${name.replaceAll('_', ' ').padEnd(16)}${part}`)
  return 0
})
