/** Every act that a limit of `GET /api/limits/` bounds, as requests: S11 runs into each. */

import { createHash } from 'node:crypto'
import type { Answer, ApiClient, Person } from '../../harness/api-client.ts'
import type { Spending } from '../../server/doors.ts'

/** One thing that is limited: `ask` does it once more, counted wherever it is counted. */
export interface Limited {
  rate: string
  /** Which count `ask` adds to. Missing where the act spends work, which no class of its own bounds. */
  counted?: Omit<Spending, 'rate' | 'times'>
  /** What an answer within the limit says. */
  within: number
  ask(n: number): Promise<Answer>
  /** One after another: each depends on what became of the one before. */
  inTurn?: true
  /** How many of the documented units each takes, where that is not one, and how many units other things took. */
  takes?: number
  besides?: number
  /** Seconds for which it waits for its turn rather than being refused. */
  patience?: number
}

let networks = 0

/** Another network each time, a /24 of its own: counts by network do not get in each other's way. */
function elsewhere() {
  const network = `198.${++networks >> 8}.${networks & 255}`
  return { network, headers: { 'cf-connecting-ip': `${network}.1` } }
}

const budgetOf = ({ id }: Person) => ({ budget: String(id) })

/** The session that a token is of: its payload says so. */
const sessionOf = ({ access }: Person): number =>
  JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString()).sid

function withFile(): FormData {
  const form = new FormData()
  form.append('file', new Blob(['seen']), 'words.txt')
  return form
}

type Six<T> = [T, T, T, T, T, T]

/** What is asked for before signing in, and what three people who share a room do. */
export async function entrances(api: ApiClient): Promise<Record<string, Limited>> {
  const ana = await api.register('ana')
  const ben = await api.register('ben')
  const cleo = await api.register('cleo')
  const room = await api.group(ana, ben, cleo)
  const messages = `/api/chatrooms/${room}/messages/`
  const hat = { access: ana.access, body: { content: 'A hat?' } }
  const { id: said } = await api.call('POST', messages, hat)
  const wrong = { old_password: 'wrong', new_password: 'a hat for two seasons' }
  let isGiven = false
  const [one, two, three, four, five, six] = [1, 2, 3, 4, 5, 6].map(elsewhere) as Six<ReturnType<typeof elsewhere>>
  const login = (identifier: string, headers: Record<string, string>) =>
    api.ask('POST', '/api/login/', { headers, body: { identifier, password: 'wrong' } })
  const forgot = (email: string, headers: Record<string, string>) =>
    api.ask('POST', '/api/forgot-password/', { headers, body: { email } })
  return {
    'guessing one password': {
      rate: 'login',
      counted: { tries: ['login', one.network, ana.email] },
      within: 400,
      ask: () => login(ana.email, one.headers),
    },
    'guessing one password from everywhere': {
      rate: 'login_name',
      counted: { tries: ['loginName', ben.username] },
      within: 400,
      ask: () => login(ben.username, elsewhere().headers),
    },
    'guessing the password of who is signed in': {
      rate: 'password',
      counted: { tries: ['password', String(sessionOf(ben))] },
      within: 400,
      ask: () => api.ask('PATCH', '/api/profile/', { access: ben.access, body: wrong }),
    },
    'asking for another address': {
      rate: 'address_change',
      counted: { rates: ['addressChange', String(ana.id)] },
      within: 200,
      inTurn: true,
      ask: (n) =>
        api.ask('PATCH', '/api/profile/', {
          access: ana.access,
          body: { old_password: ana.password, email: `another-of-ana${n}@people.example` },
        }),
    },
    'guessing many': {
      rate: 'login_address',
      counted: { tries: ['loginAddress', two.network] },
      within: 400,
      ask: (n) => login(`nobody${n}`, two.headers),
    },
    registering: {
      rate: 'register',
      counted: { rates: ['register', three.network] },
      within: 201,
      ask: (n) =>
        api.ask('POST', '/api/register/', {
          headers: three.headers,
          body: { email: `many${n}@people.example`, password: 'a password of their own' },
        }),
    },
    'codes to one mailbox': {
      rate: 'codes_to',
      counted: { rates: ['codesTo', four.network, 'password-reset', ana.email] },
      within: 202,
      ask: () => forgot(ana.email, four.headers),
    },
    'codes to many': {
      rate: 'codes',
      counted: { rates: ['codes', five.network] },
      within: 202,
      ask: (n) => forgot(`many${n}@people.example`, five.headers),
    },
    'guessing codes': {
      rate: 'wrong_code',
      counted: { tries: ['wrongCode', six.network] },
      within: 400,
      ask: (n) =>
        api.ask('POST', '/api/verify-email/', {
          headers: six.headers,
          body: { email: `many${n}@people.example`, otp: '123456' },
        }),
    },
    'asking to be friends': {
      rate: 'friend_request',
      counted: budgetOf(ana),
      within: 409,
      ask: () => api.ask('POST', '/api/friend-requests/', { access: ana.access, body: { to_user: ben.id } }),
    },
    'trying links': {
      rate: 'join',
      counted: budgetOf(ana),
      within: 404,
      ask: (n) =>
        api.ask(n % 2 ? 'POST' : 'GET', `/api/chatrooms/join/abc-${String(n).padStart(20, '0')}/`, {
          access: ana.access,
        }),
    },
    uploading: {
      rate: 'upload',
      counted: budgetOf(ben),
      within: 201,
      ask: async () => {
        const body = withFile()
        body.append('content', 'with a file')
        return api.ask('POST', messages, { access: ben.access, body })
      },
    },
    reacting: {
      rate: 'react',
      counted: budgetOf(cleo),
      inTurn: true,
      within: 200,
      ask: async () => {
        const path = `${messages}${said}/reactions/%F0%9F%8E%A9/`
        const answer = await api.ask(isGiven ? 'DELETE' : 'PUT', path, { access: cleo.access })
        if (answer.status === 200) isGiven = !isGiven
        return answer
      },
    },
    searching: {
      rate: 'search',
      counted: budgetOf(cleo),
      within: 200,
      ask: (n) =>
        api.ask('GET', ['/api/search/?q=tea', '/api/users/?search=tea', '/api/chatrooms/?search=tea'][n % 3] ?? '', {
          access: cleo.access,
        }),
    },
  }
}

/** What a signed-in person does, each by a person of their own: what one spends of all work is not missing to another. */
export async function acts(api: ApiClient, boss: Person): Promise<Record<string, Limited>> {
  const owner = await api.register('owner')
  const friend = await api.register('friend')
  const members: Person[] = []
  for (let n = 0; n < 20; n++) members.push(await api.register('member'))
  const all = members.map(({ id }) => id)
  const adder = await api.register('adder')
  const room = await api.group(owner, adder, ...members)
  const body = { user_id: adder.id }
  await api.call('POST', `/api/chatrooms/${room}/assign_admin/`, { access: owner.access, body })
  const opener = await api.register('opener')
  const withFriend = { access: opener.access, body: { user_id: friend.id } }
  await api.call('POST', '/api/chatrooms/direct/', withFriend)
  const ruler = await api.register('ruler')
  const { id: ruled } = await api.call('POST', '/api/chatrooms/', {
    access: ruler.access,
    body: { room_name: 'Ruled' },
  })
  const reader = await api.register('reader')
  const lister = await api.register('lister')
  const noticer = await api.register('noticer')
  const writer = await api.register('writer')
  const dresser = await api.register('dresser')
  const caller = await api.register('caller')
  const knocker = await api.register('knocker')
  const ender = await api.register('ender')
  const keyed = { access: boss.access, body: { name: 'limits', scopes: ['users'] } }
  const key = await api.call('POST', '/api/admin/api-keys/', keyed)
  const hook = await api.call('POST', `/api/chatrooms/${ruled}/hooks/`, {
    access: ruler.access,
    body: { name: 'builds' },
  })
  const code = new URL(hook.url).pathname.split('/').filter(Boolean).at(-1) ?? ''
  const { network, headers } = elsewhere()
  const posted = { access: owner.access, body: withFile() }
  const sent = await api.call('POST', `/api/chatrooms/${room}/messages/`, posted)
  const shown = sent.file.replace(/^https?:\/\/[^/]+/, '')
  return {
    reading: {
      rate: 'read',
      counted: budgetOf(reader),
      within: 200,
      ask: () => api.ask('GET', '/api/profile/', reader),
    },
    listing: {
      rate: 'list',
      counted: budgetOf(lister),
      within: 200,
      ask: () => api.ask('GET', '/api/blocks/', lister),
    },
    'opening rooms': {
      rate: 'room',
      counted: budgetOf(opener),
      within: 200,
      // One was opened before; a budget that leaves memory meanwhile counts what its life had spent once more.
      besides: 2,
      ask: () => api.ask('POST', '/api/chatrooms/direct/', withFriend),
    },
    'ruling a group': {
      rate: 'members',
      counted: budgetOf(ruler),
      within: 404,
      ask: () =>
        api.ask('POST', `/api/chatrooms/${ruled}/remove_member/`, {
          access: ruler.access,
          body: { user_id: friend.id },
        }),
    },
    'marking notifications': {
      rate: 'notice',
      counted: budgetOf(noticer),
      within: 404,
      ask: () => api.ask('POST', '/api/notifications/1/mark_read/', noticer),
    },
    'small changes': {
      rate: 'write',
      counted: budgetOf(writer),
      within: 404,
      ask: () => api.ask('DELETE', `/api/friends/${friend.id}/`, writer),
    },
    'changing a profile': {
      rate: 'profile',
      counted: budgetOf(dresser),
      within: 200,
      ask: (n) => api.ask('PATCH', '/api/profile/', { access: dresser.access, body: { bio: `Number ${n}` } }),
    },
    'taking tickets': {
      rate: 'ticket',
      counted: budgetOf(caller),
      within: 201,
      ask: () => api.ask('POST', '/api/socket-ticket/', caller),
    },
    'opening sockets': {
      rate: 'socket',
      counted: budgetOf(knocker),
      within: 101,
      patience: 2,
      ask: () => api.knock(`/ws/sidebar/?token=${knocker.access}`),
    },
    'ending sessions': {
      rate: 'session',
      counted: { budget: `session ${sessionOf(ender)}` },
      within: 404,
      ask: () => api.ask('DELETE', '/api/sessions/1/', ender),
    },
    'asking as staff': {
      rate: 'staff',
      counted: budgetOf(boss),
      within: 404,
      ask: () => api.ask('GET', '/api/admin/users/1/', { access: boss.access }),
    },
    'posting by a hook': {
      rate: 'hook',
      counted: {
        budget: `hook ${createHash('sha256')
          .update(code.slice(code.indexOf('-') + 1))
          .digest('base64url')}`,
      },
      within: 201,
      ask: () => api.ask('POST', hook.url, { body: { text: 'Built.' } }),
    },
    'asking as a host': {
      rate: 'server',
      counted: { budget: `key ${key.id}` },
      within: 404,
      ask: () => api.ask('GET', '/api/server/users/nobody/', { access: key.secret }),
    },
    'fetching files': {
      rate: 'media',
      counted: { network },
      within: 200,
      ask: () => api.ask('GET', shown, { headers }),
    },
    'adding people who are there, at their cost in work': {
      rate: 'work',
      within: 200,
      inTurn: true,
      takes: 18 * all.length + 20.5,
      besides: 500,
      ask: () => api.ask('POST', `/api/chatrooms/${room}/add_members/`, { access: adder.access, body: { users: all } }),
    },
  }
}
