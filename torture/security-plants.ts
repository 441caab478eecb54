/** Holes to be planted, each with the trial of security that must find it. */
import type { Plant } from './plants.ts'

export const SECURITY_PLANTS: Plant[] = [
  {
    bug: 'a room does not look whether somebody is a member',
    trial: 'S1',
    edits: [
      {
        file: 'src/room/context.ts',
        search: "|| !member) return refuse('not_found')\n    return { room, member }",
        replace: ") return refuse('not_found')\n    return { room, member: member ?? this.members.current()[0] }",
      },
    ],
  },
  {
    bug: 'asking for a new password tells in words that there is no account',
    trial: 'S1',
    edits: [
      {
        file: 'src/api/codes.ts',
        search: "  await resendCode(c, 'reset_password', email, askerOf(c, device_key), null)\n  return c.json(",
        replace:
          "  await resendCode(c, 'reset_password', email, askerOf(c, device_key), null)\n  if (email.startsWith('nobody')) return c.json({ detail: 'There is no such account.' }, 202)\n  return c.json(",
      },
    ],
  },
  {
    bug: 'receipts go to everybody in the room, whoever has blocked whom',
    trial: 'S4',
    size: { rounds: 1, sleep: 0 },
    edits: [
      {
        file: 'src/room/context.ts',
        search: 'this.publish(fact, this.#hiddenFrom(user))',
        replace: 'this.publish(fact, [])',
      },
    ],
  },
  {
    bug: 'a ticket stays good after it was used',
    trial: 'S3',
    size: { rounds: 1, patience: 0 },
    edits: [
      {
        file: 'src/directory/tickets.ts',
        search: "'DELETE FROM socket_tickets WHERE hash = ?1 RETURNING session_id, expires_at'",
        replace: "'SELECT session_id, expires_at FROM socket_tickets WHERE hash = ?1'",
      },
    ],
  },
  {
    bug: 'a page of whatever host a request names is the server’s own',
    trial: 'S3',
    size: { rounds: 1, patience: 0 },
    edits: [{ file: 'src/api/origins.ts', search: 'return isSure && isOwnOrigin', replace: 'return isOwnOrigin' }],
  },
  {
    bug: 'files are held in memory as a whole, however many come at once',
    trial: 'S6',
    size: { rounds: 8, large: 24, structures: 0 },
    edits: [
      {
        file: 'src/media/storage.ts',
        search: 'const part = new Uint8Array(BOUNDS.uploadPart)',
        replace: 'const part = new Uint8Array(LIMITS.fileBytes)',
      },
      {
        file: 'src/api/form.ts',
        search: 'await memory.reserve(Math.min(announced, sum(HELD)), TIMES.uploadTurn, holder)',
        replace: 'await memory.reserve(0, TIMES.uploadTurn, holder)',
      },
    ],
  },
  {
    bug: 'a list of extents may take no byte of a file for each',
    trial: 'S6',
    size: { rounds: 0, large: 0, structures: 1 },
    edits: [
      {
        file: 'src/media/formats/avif.ts',
        search: 'if (count > 1 && offsetSize',
        replace: 'if (count > 65_535 && offsetSize',
      },
      {
        file: 'src/media/formats/avif.ts',
        search: "if (to === from) throw new Damaged('An item has no length')",
        replace: '',
      },
    ],
  },
  {
    bug: 'items may lie over each other',
    trial: 'S6',
    size: { rounds: 0, large: 0, structures: 1 },
    edits: [
      {
        file: 'src/media/formats/avif.ts',
        search: 'if (total > bytes.length)',
        replace: 'if (total > Number.MAX_SAFE_INTEGER)',
      },
    ],
  },
  {
    bug: 'boxes are followed as deep as they go',
    trial: 'S6',
    size: { rounds: 0, large: 0, structures: 1 },
    edits: [{ file: 'src/media/formats/avif.ts', search: 'if (depth === 0)', replace: 'if (depth === -1e9)' }],
  },
  {
    bug: 'what is held of a form is copied for every chunk',
    trial: 'S6',
    size: { rounds: 0, large: 0, structures: 1 },
    edits: [{ file: 'src/media/multipart.ts', search: 'this.#spare = held.length\n', replace: 'this.#spare = 0\n' }],
  },
  {
    bug: 'one more is let through than is documented',
    trial: 'S11',
    size: { slow: 0 },
    edits: [
      { file: 'src/protocol/rate.ts', search: 'stepOf(rate) * rate.limit', replace: 'stepOf(rate) * (rate.limit + 1)' },
    ],
  },
  {
    bug: 'HTML in a message is shown as HTML',
    trial: 'S12',
    edits: [
      {
        file: 'src/web/room/text.tsx',
        search: 'return <>{blocks(parse(text, findName))}</>',
        replace: 'return <p dangerouslySetInnerHTML={{ __html: text }} />',
      },
    ],
  },
  {
    bug: 'staff are shown what is said in a room',
    trial: 'S5',
    edits: [
      {
        file: 'src/room/room.ts',
        search: 'last_activity: messages.newest()?.created_at ?? room.created_at,',
        replace: "last_activity: room.created_at, said: messages.newest()?.content ?? '',",
      },
      {
        file: 'src/api/admin.ts',
        search: 'last_activity: iso(last_activity), storage }',
        replace: 'last_activity: iso(last_activity), storage, room_name: figures.said }',
      },
    ],
  },
  {
    bug: 'notifications of others keep the name of somebody erased',
    trial: 'S16',
    edits: [
      {
        file: 'src/feed/feed.ts',
        search: 'this.#announceUpdated(this.#notifications.forgetSender(user))',
        replace: 'void user',
      },
    ],
  },
  {
    bug: 'the app throws where it shows some message',
    trial: 'S12',
    edits: [
      {
        file: 'src/web/room/text.tsx',
        search: '  return <>{blocks(parse(text, findName))}</>',
        replace:
          "  if (text.includes('onerror')) throw new Error('planted')\n  return <>{blocks(parse(text, findName))}</>",
      },
    ],
  },
  {
    bug: 'the policy of the app allows scripts in the page',
    trial: 'S13',
    size: { ids: 1, origins: 1 },
    edits: [
      { file: 'src/web/public/_headers', search: "script-src 'self';", replace: "script-src 'self' 'unsafe-inline';" },
    ],
  },
]
