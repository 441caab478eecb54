/**
 * `npm run backup -- --room 12 --out room.ndjson` writes a room to a file, `npm run restore -- room.ndjson` reads it back.
 * Through the server's own API: staff say who it is (a local server is asked as one of its staff, any other with
 * `--token`), and the operator's own key says that they may.
 */
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
  --url <address>    where the server answers (http://localhost:$PORT, or 8787)
  --token <access>   an access token of staff; STAFF_TOKEN in the environment is better, for it is in no list of processes
  --json             one JSON value instead of words

A local server needs no token: one is made for a staff account of it (npm run admin -- staff <who>).
`

const OPTIONS = {
  room: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string', default: process.env.OPERATOR_KEY_FILE ?? OPERATOR_KEY_FILE },
  map: { type: 'string', multiple: true },
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

/** Kept only when it is whole. */
async function backup(
  operator: Operator,
  room: string,
  out: string,
): Promise<{ room: number; file: string; bytes: number }> {
  const path = `/api/admin/rooms/${room}/export/`
  const answer = await fetch(`${operator.url}${path}`, { headers: await headersFor(operator, 'GET', path) })
  if (!answer.ok || !answer.body) throw await refused(answer)
  const unfinished = `${out}.part`
  let end = ''
  const body = Readable.fromWeb(answer.body as import('node:stream/web').ReadableStream)
  // What people wrote is in it.
  const file = fs.createWriteStream(unfinished, { mode: 0o600 })
  body.on('data', (chunk: Buffer) => {
    end = (end + chunk.toString('latin1')).slice(-1_000)
  })
  try {
    await pipeline(body, file)
    if (!/\n\{"type":"end"[^\n]*\}\n\{"type":"seal"[^\n]*\}\n$/.test(end)) throw new Error('The end is missing')
  } catch (error) {
    fs.rmSync(unfinished, { force: true })
    throw new Trouble('The backup broke off.', 'Nothing was kept. Try again.', (error as Error).message)
  }
  fs.renameSync(unfinished, out)
  return { room: Number(room), file: out, bytes: fs.statSync(out).size }
}

async function restore(operator: Operator, file: string, map: string[]): Promise<Record<string, number>> {
  if (!fs.existsSync(file)) throw new Trouble(`There is no ${file}.`, 'Name a file that npm run backup has written.')
  const query = new URLSearchParams(map.map((each): [string, string] => ['map', each]))
  const path = `/api/admin/rooms/import/${query.size > 0 ? `?${query}` : ''}`
  const answer = await fetch(`${operator.url}${path}`, {
    method: 'POST',
    headers: { ...(await headersFor(operator, 'POST', path)), 'content-type': TYPE },
    body: Readable.toWeb(fs.createReadStream(file)) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  if (answer.status !== 201) throw await refused(answer)
  return answer.json() as Promise<Record<string, number>>
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
  const value = isBackup ? await backup(operator, room, out) : await restore(operator, file as string, map)
  if (options.json) console.log(JSON.stringify(value))
  else for (const [name, part] of Object.entries(value)) say(`${name.replaceAll('_', ' ').padEnd(16)}${part}`)
  return 0
})
