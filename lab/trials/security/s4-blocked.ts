/**
 * S4, of a block: somebody blocked keeps their sockets. In the direct room they hear nothing that the blocker does; in a
 * group of both they hear messages alone. Before the block each kind of frame is provoked and must come, or its silence
 * afterwards shows nothing: the blocker reads and receives what the blocked person wrote, types, comes and is renamed.
 */
import type { Person } from '../../harness/api-client.ts'
import { RawSocket } from '../../harness/raw-socket.ts'
import type { LabServer } from '../../harness/server.ts'
import type { Findings } from '../../harness/trial.ts'
import { pause, until } from '../../harness/waiting.ts'

/** Milliseconds: how long is listened for what must not come, and waited for what must: a busy machine is slow. */
const LISTEN = 700
const PATIENCE = 10_000
/** How long before a message is read another one is received, in milliseconds. */
const DELIVERED_FIRST = 500

/** What the other of a block does that the blocked person must not hear of, also in a group, where messages go on. */
const OF_SOMEBODY = ['message.read', 'message.delivered', 'typing', 'stop_typing', 'presence', 'member_updated']

export async function tryBlock(server: LabServer, tag: string, sleep: number, findings: Findings): Promise<void> {
  const { api } = server
  const [owner, victim, third] = await api.registerAll([`blocker${tag}`, `blocked${tag}`, `third${tag}`])
  const ask = (who: Person, method: string, path: string, body?: object) =>
    api.call(method, path, { access: who.access, body })
  const club = await api.group(owner, victim, third)
  const rooms = { direct: await api.direct(owner, victim), group: club }
  const heard: { where: string; text: string }[] = []
  const open = async (who: Person, where: string, path: string) => {
    const socket = await RawSocket.open(api.socketUrl(path, who))
    if (who === victim) socket.onText = (text) => heard.push({ where, text })
    return socket
  }
  const sockets = await Promise.all([
    ...Object.entries(rooms).flatMap(([where, id]) => [1, 2].map(() => open(victim, where, `/ws/chat/${id}/`))),
    ...[1, 2].map(() => open(victim, 'list', '/ws/sidebar/')),
    open(victim, 'notifications', '/ws/notifications/'),
  ])
  const theirs = Object.fromEntries(
    await Promise.all(
      Object.entries(rooms).map(async ([where, id]) => [where, await open(owner, where, `/ws/chat/${id}/`)] as const),
    ),
  ) as Record<keyof typeof rooms, RawSocket>
  const isAbout = (text: string) => new RegExp(`"(?:user_)?id":${owner.id}\\b`).test(text)
  const kinds = (where: string) =>
    new Set(
      heard
        .filter((frame) => frame.where === where && isAbout(frame.text))
        .map(({ text }) => (JSON.parse(text) as { type: string }).type),
    )
  /** Everything of `OF_SOMEBODY` that the blocker can bring about, about messages that the blocked person wrote. */
  const provoke = async (messages: Record<string, readonly number[]>, name: string) => {
    for (const [where, socket] of Object.entries(theirs)) {
      const [received, read] = messages[where] ?? []
      socket.send(JSON.stringify({ type: 'delivered', message_id: received }))
      // What is read is received too: told of both at once, a room tells of the later alone.
      await pause(DELIVERED_FIRST)
      socket.send(JSON.stringify({ type: 'read_message', message_id: read }))
      const path = `/api/chatrooms/${rooms[where as keyof typeof rooms]}/messages/${read}/mark_as_read/`
      await ask(owner, 'POST', path)
      socket.send('{"type":"typing"}')
    }
    await ask(owner, 'PATCH', '/api/profile/', { first_name: name })
  }
  const written = async (): Promise<Record<string, readonly number[]>> => {
    const say = (id: number) => api.send(victim, id, 'Are you there?')
    const all = Object.entries(rooms).map(async ([where, id]) => [where, [await say(id), await say(id)]] as const)
    return Object.fromEntries(await Promise.all(all))
  }

  await provoke(await written(), `Before${tag}`)
  for (const where of Object.keys(rooms)) {
    const wanted = ['message.read', 'message.delivered', 'typing', 'member_updated']
    await until(() => wanted.every((type) => kinds(where).has(type)), PATIENCE)
    for (const type of wanted) {
      findings.count('frames provoked before a block')
      if (!kinds(where).has(type)) findings.fail(`blocked: ${type} was never heard in the ${where}`)
    }
  }
  const unread = await written()
  if (sleep > 0) await pause(sleep)
  await ask(owner, 'POST', `/api/users/${victim.id}/block/`)
  await pause(LISTEN)
  heard.length = 0
  theirs.direct.send('{"type":"send_message","content":"after","client_id":"a"}')
  // Typing is passed on once in two seconds: this one would be.
  await pause(2_000)
  await provoke(unread, `After${tag}`)
  await api.send(owner, club, `still ${tag}`)
  for (const socket of Object.values(theirs)) socket.destroy()
  if ((await until(() => heard.some(({ text }) => text.includes(`still ${tag}`)), PATIENCE)) === null)
    findings.fail('blocked: the group went silent')
  await pause(LISTEN)
  for (const { where, text } of heard) {
    const { type } = JSON.parse(text) as { type: string }
    const isReceived =
      where === 'direct' || (isAbout(text) && OF_SOMEBODY.includes(type)) || text.includes(`After${tag}`)
    if (isReceived) findings.fail(`blocked: the ${where} heard ${text.slice(0, 160)}`)
  }
  for (const socket of sockets) {
    findings.count('sockets')
    findings.expect('blocked: the socket', socket.ended, undefined)
    socket.destroy()
  }
}
