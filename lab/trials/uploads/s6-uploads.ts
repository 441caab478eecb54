/**
 * S6: hostile uploads. No way in takes a file that is not the image it must be; a foreign upload and a name that points
 * elsewhere lead nowhere; what is served is never run; the memory of the server stays bounded. And no structure of a file
 * or a form costs more work than its size allows: that is counted in the readers themselves, without a server.
 */
import http from 'node:http'
import { startServer } from '../../../scripts/server.ts'
import { png } from '../../../test/media/fixtures.ts'
import { type Answer, ApiClient, type Body, type Person } from '../../harness/api-client.ts'
import { MemoryWatch } from '../../harness/memory.ts'
import { Random } from '../../harness/random.ts'
import { LIGHT } from '../../harness/server.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { each } from '../../harness/waiting.ts'
import { HOSTILE_NAMES, type HostileFile, hostileFiles } from './hostile-files.ts'
import { measureStructures, someStructures } from './structure-costs.ts'
import { bareMemory, fileForm, type LargeFiles, largeFile, WIDTH } from './upload-load.ts'

const OPTIONS = { rounds: 12, large: 8, structures: 2_000 }
/** What the server may have in memory above a Worker that does nothing with what it is sent, in MB. */
const ABOVE_BARE = 64
/** Rounds without which that cannot be seen: what is not bounded goes on growing. */
const ENOUGH = 8

/** Bytes of the largest files whose structure is hostile: megabytes in the long form only. */
const SMALL_STRUCTURE = 100_000
const LARGEST_STRUCTURE = 4_000_000
const ENOUGH_STRUCTURES = 500

export const s6: Trial<typeof OPTIONS> = {
  title: 'hostile uploads',
  /** `large`: files of the largest size that are sent at once; `structures`: of each format that are read. */
  options: OPTIONS,
  short: { rounds: 1, large: 2, structures: 20 },
  async run({ seed, rounds, large: atOnce, structures: count }) {
    const findings = new Findings()
    const most = count >= ENOUGH_STRUCTURES ? LARGEST_STRUCTURE : SMALL_STRUCTURE
    await measureStructures({ seed, count, most }, findings)
    // Making them takes seconds in which this process hears nothing. A server closes its idle connections meanwhile, and the
    // next request on one of them would fail.
    const structures = someStructures(most, new Random(seed))
    const server = await startServer({
      entry: LIGHT,
      vars: { RATE_LIMITS: 'off', STORAGE_PER_PERSON: 'off', STORAGE_PER_ROOM: 'off' },
    })
    try {
      const api = new ApiClient(server.url)
      const ana = await api.register('ana')
      const eve = await api.register('eve')
      const room = await api.group(ana)
      const evesRoom = await api.group(eve)
      const { limits } = await api.call('GET', '/api/limits/')
      const watch = MemoryWatch.start()
      const random = new Random(seed)
      const large = { bytes: limits.file_bytes, count: atOnce }
      for (let round = 0; round < rounds; round++) {
        await tryHostileFiles(api, eve, evesRoom, hostileFiles(limits.image_bytes, random), findings)
        await sendLargeFiles(api, eve, evesRoom, large, findings)
      }
      watch.stop()
      findings.figures['MB idle'] = watch.idle
      findings.figures['MB at most'] = watch.peak
      await sendStructures(api, eve, evesRoom, structures, findings)
      await nameForeignUploads(api, { ana, eve, room, evesRoom }, findings)
      await tryNames(api, new URL(server.url), ana, room, findings)
      await server.stop()
      if (rounds >= ENOUGH) {
        const load = { rounds, doors: 4, image: limits.image_bytes, large }
        const bare = await bareMemory(load, new Random(seed))
        findings.figures['MB at most, a bare Worker'] = bare
        if (watch.peak > bare + ABOVE_BARE)
          findings.fail(`The server took ${watch.peak - bare} MB more than a bare Worker`)
      }
      return findings.outcome()
    } finally {
      await server.stop()
    }
  },
}

const PICTURE = { bytes: png(), name: 'face.png', type: 'image/png' }

/** Every file by every way in. */
async function tryHostileFiles(
  api: ApiClient,
  eve: Person,
  room: number,
  files: HostileFile[],
  findings: Findings,
): Promise<void> {
  const { access } = eve
  const doors: Record<string, (file: HostileFile) => Promise<Answer>> = {
    'an image': (file) => api.ask('POST', '/api/images/', { access, body: fileForm('image', file) }),
    'a message': (file) =>
      api.ask('POST', `/api/chatrooms/${room}/messages/`, {
        access,
        body: fileForm('image', file, { content: 'look' }),
      }),
    'a face': (file) => api.ask('PATCH', '/api/profile/', { access, body: fileForm('profile_pic', file) }),
    'the picture of a room': (file) =>
      api.ask('PATCH', `/api/chatrooms/${room}/`, { access, body: fileForm('group_image', file) }),
  }
  const tries = Object.entries(doors).flatMap(([door, knock]) => files.map((file) => ({ door, knock, file })))
  await each(tries, WIDTH, async ({ door, knock, file }) => {
    const { status, text } = await knock(file)
    findings.count('hostile uploads')
    // An empty field is no picture: that takes away the one there is, or leaves the text of a message.
    const isEmpty = file.bytes.length === 0 && door !== 'an image'
    if (isEmpty ? status >= 500 : status < 400 || status >= 500) {
      findings.fail(`${file.what} as ${door} was answered ${status} ${text.slice(0, 200)}`)
    }
  })
  findings.figures['kinds of files'] = files.length
  for (const [door, knock] of Object.entries(doors)) {
    const { status } = await knock({ what: 'an image', ...PICTURE })
    if (status >= 300) findings.fail(`A good image as ${door} was answered ${status}`)
  }
}

/** Files whose structure is hostile: each is answered for what it is, and the server goes on. */
async function sendStructures(
  api: ApiClient,
  { access }: Person,
  room: number,
  files: readonly Omit<HostileFile, 'name'>[],
  findings: Findings,
): Promise<void> {
  await each(files, WIDTH, async (file) => {
    const body = fileForm('image', { ...file, name: 'face' })
    const { status, text } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, { access, body })
    findings.count('structures sent')
    if (![201, 413, 415].includes(status)) findings.fail(`${file.what} was answered ${status} ${text.slice(0, 200)}`)
  })
}

/** The largest files, all at once. */
async function sendLargeFiles(
  api: ApiClient,
  { access }: Person,
  room: number,
  { bytes, count }: LargeFiles,
  findings: Findings,
): Promise<void> {
  const file = largeFile(bytes)
  await Promise.all(
    Array.from({ length: count }, async () => {
      const { status } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, {
        access,
        body: fileForm('file', file),
      })
      findings.count('large files at once')
      // Those for whom there is no room in time are told to come back.
      if (status !== 201 && status !== 503) findings.fail(`A large file was answered ${status}`)
    }),
  )
}

/** What somebody else uploaded. */
async function nameForeignUploads(
  api: ApiClient,
  { ana, eve, room, evesRoom }: { ana: Person; eve: Person; room: number; evesRoom: number },
  findings: Findings,
): Promise<void> {
  const image = await api.call('POST', '/api/images/', { access: ana.access, body: fileForm('image', PICTURE) })
  const said = await api.call('POST', `/api/chatrooms/${room}/messages/`, {
    access: ana.access,
    body: fileForm('image', PICTURE),
  })
  const ids = [
    image.id,
    said.image,
    `${image.id}x`,
    image.id.slice(0, -4),
    '0',
    '../1',
    `${ana.id}/x`,
    "' OR 1=1 --",
    '',
  ]
  for (const image_id of ids) {
    for (const field of ['image_id', 'file_id']) {
      const body = { [field]: image_id }
      const { status } = await api.ask('POST', `/api/chatrooms/${evesRoom}/messages/`, { access: eve.access, body })
      findings.count('foreign uploads named')
      if (status < 400 || status >= 500) findings.fail(`${field} ${image_id} was answered ${status}`)
    }
  }
  const mine = await api.ask('POST', `/api/chatrooms/${room}/messages/`, {
    access: ana.access,
    body: { image_id: image.id },
  })
  findings.expect("one's own upload", mine.status, 201)

  // A URL is a permission for one object: changed in any way it is none.
  const url = new URL(image.url)
  findings.expect('the image at its URL', (await api.ask('GET', url.href)).status, 200)
  const theirs = await api.call('POST', '/api/images/', { access: eve.access, body: fileForm('image', PICTURE) })
  for (const path of [
    url.pathname,
    `${url.pathname}?`,
    `${url.pathname}${new URL(theirs.url).search}`,
    `${url.pathname}x${url.search}`,
  ]) {
    findings.expect(`an image at ${path}`, (await api.ask('GET', path)).status, 404)
  }
}

/** Names that point elsewhere, and paths that do. */
async function tryNames(api: ApiClient, at: URL, ana: Person, room: number, findings: Findings): Promise<void> {
  for (const name of HOSTILE_NAMES) {
    const file = { bytes: Uint8Array.from(Buffer.from('<script>alert(1)</script>')), name, type: 'text/html' }
    const { status, body, text } = await api.ask('POST', `/api/chatrooms/${room}/messages/`, {
      access: ana.access,
      body: fileForm('file', file),
    })
    findings.count('names tried')
    if (status === 201) await checkDownload(api, body, name, findings)
    else if (status < 400 || status >= 500) findings.fail(`${JSON.stringify(name)} was answered ${status} ${text}`)
  }
  const paths = [
    '/media/../api/profile/',
    '/media/%2e%2e/%2e%2e/etc/passwd',
    '/media/..%2f..%2fetc%2fpasswd',
    '/media//etc/passwd',
  ]
  const { text: app } = await raw(at, '/')
  for (const path of [...paths, `/media/${ana.id}/..%2f${ana.id}`, '/media/\\..\\..\\secret', `/media/${ana.id}/%00`]) {
    const { status, text } = await raw(at, path)
    findings.count('paths tried')
    // A path that leaves /media/ is one of the app's: its page is the answer, whatever it is.
    const isApp = status === 200 && text === app
    if (!isApp && (status < 400 || status >= 500)) findings.fail(`${path} was answered ${status} ${text.slice(0, 200)}`)
  }
}

/** What was stored under a name is a file to be saved, whatever it is called. */
async function checkDownload(api: ApiClient, message: Body, name: string, findings: Findings): Promise<void> {
  const url = new URL(message.file)
  if (!/^\/media\/\d+\/[\w-]{22}$/.test(url.pathname))
    findings.fail(`${JSON.stringify(name)} is stored at ${url.pathname}`)
  const { status, headers } = await api.ask('GET', url.href)
  const said = headers.get('content-disposition') ?? ''
  findings.expect(`${JSON.stringify(name)} at its URL`, status, 200)
  findings.expect(`${JSON.stringify(name)}: nosniff`, headers.get('x-content-type-options'), 'nosniff')
  findings.expect(
    `${JSON.stringify(name)}: policy`,
    headers.get('content-security-policy'),
    "default-src 'none'; sandbox",
  )
  findings.expect(`${JSON.stringify(name)}: cookies`, headers.get('set-cookie'), null)
  // One quoted name and one encoded name, neither of which ends early or leads to another folder.
  if (
    !/^attachment; filename="[^"\\/\r\n]*"(?:; filename\*=UTF-8''[\w!#$&+.^`|~%-]*)?$/.test(said) ||
    /%2f|%5c|%00/i.test(said)
  ) {
    findings.fail(`${JSON.stringify(name)} is served as ${said}`)
  }
  findings.count('downloads looked at')
}

/** A path exactly as it stands here, which clients would put in order. */
function raw(at: URL, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: at.hostname, port: at.port, path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    request.on('error', reject)
  })
}
