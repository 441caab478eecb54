/** Mutations of rights, uploads, limits and the web app, each with the trial of security that must catch it. */
import type { Mutation } from './mutation.ts'

/** S6 with the hostile structures alone, or with the large files alone. */
const S6_STRUCTURES = { trial: 'S6', options: { rounds: 0, large: 0, structures: 1 } }
const S6_FILES = { trial: 'S6', options: { rounds: 8, large: 24, structures: 0 } }
const S3 = { trial: 'S3', options: { rounds: 1 } }

export const SECURITY: Mutation[] = [
  {
    bug: 'a room does not look whether the caller is a member',
    trial: 'S1',
    edits: [
      {
        symbol: 'Admission.admit',
        search: 'return $room && $member ? { $room, $member } : $refuse',
        replace: 'return $room ? { $room, member: $member ?? this.#stores.members.current()[0] as never } : $refuse',
      },
    ],
  },
  {
    bug: 'asking for a new password tells in words that there is no account',
    trial: 'S1',
    edits: [
      {
        symbol: 'codes.post /forgot-password',
        search: 'return $c.json(',
        replace:
          "if (email.startsWith('nobody')) return $c.json({ detail: 'There is no such account.' }, 202)\n  return $c.json(",
      },
    ],
  },
  {
    bug: 'a room sends receipts to everybody, whatever blocks stand between them',
    trial: 'S4',
    options: { sleep: 0 },
    edits: [
      {
        symbol: 'Publisher.receipt',
        search: '$publish($event, $separatedFrom($user))',
        replace: '$publish($event, [])',
      },
    ],
  },
  {
    ...S3,
    bug: 'a ticket stays valid after it was used',
    edits: [
      {
        symbol: 'spendTicket',
        search: "'DELETE FROM socket_tickets WHERE hash = ?1 RETURNING session_id, expires_at'",
        replace: "'SELECT session_id, expires_at FROM socket_tickets WHERE hash = ?1'",
      },
    ],
  },
  {
    ...S3,
    bug: 'the server takes a page of whatever host a request names for its own',
    edits: [{ symbol: 'isOwnPage', search: 'return $isSure && $isOwnOrigin', replace: 'return $isOwnOrigin' }],
  },
  {
    ...S6_FILES,
    bug: 'the Worker holds files in memory as a whole, however many come at once',
    edits: [
      {
        symbol: 'putFile',
        search: 'new Uint8Array(BOUNDS.uploadPart)',
        replace: 'new Uint8Array(LIMITS.fileBytes)',
      },
      {
        symbol: 'form',
        search: 'await $reserve(Math.min($announced, $sum(MEMORY_BYTES)), TIMES.uploadWait, $holder)',
        replace: 'await $reserve(0, TIMES.uploadWait, $holder)',
      },
    ],
  },
  {
    ...S6_STRUCTURES,
    bug: 'a list of extents may take no byte of a file for each',
    edits: [
      {
        symbol: 'metadataExtents',
        search: 'if ($count > 1 && $offsetSize',
        replace: 'if ($count > 65_535 && $offsetSize',
      },
      {
        symbol: 'metadataExtents',
        search: "if ($to === $from) throw new $Damaged('An item has no length')",
        replace: '',
      },
    ],
  },
  {
    ...S6_STRUCTURES,
    bug: 'items of an AVIF may lie over each other',
    edits: [
      {
        symbol: 'metadataExtents',
        search: 'if ($total > $bytes.length)',
        replace: 'if ($total > Number.MAX_SAFE_INTEGER)',
      },
    ],
  },
  {
    ...S6_STRUCTURES,
    bug: 'the reader follows boxes however deep they go',
    edits: [{ symbol: 'aboutFilm', search: 'if ($depth === 0)', replace: 'if ($depth === -1e9)' }],
  },
  {
    ...S6_STRUCTURES,
    bug: 'the form reader copies the whole buffer for every chunk',
    edits: [{ symbol: 'Input.#add', search: 'this.#spare = $held.length', replace: 'this.#spare = 0' }],
  },
  {
    bug: 'a rate lets one more through than is documented',
    trial: 'S11',
    edits: [{ symbol: 'burstDuration', search: '* $rate.limit', replace: '* ($rate.limit + 1)' }],
  },
  {
    bug: 'the web app shows HTML in a message as HTML',
    trial: 'S12',
    edits: [
      {
        symbol: 'Parsed',
        search: 'return <>{$blocks($parse($text, $findName))}</>',
        replace: 'return <p dangerouslySetInnerHTML={{ __html: $text }} />',
      },
    ],
  },
  {
    bug: 'staff are shown the newest message of a room',
    trial: 'S5',
    edits: [
      {
        symbol: 'Room.figures',
        search: 'last_activity: $newest()?.created_at ?? $room.created_at,',
        replace: "last_activity: $room.created_at, said: $newest()?.content ?? '',",
      },
      {
        symbol: 'admin.get /rooms/:id',
        search: 'last_activity: $iso($time), $storage }',
        replace: 'last_activity: $iso($time), $storage, room_name: figures.said }',
      },
    ],
  },
  {
    bug: 'notifications of others keep the name of an erased person',
    trial: 'S16',
    edits: [
      {
        symbol: 'Feed.personErased',
        search: '$announce($forgetSender($user))',
        replace: 'void $user',
      },
    ],
  },
  {
    bug: 'the web app throws where it shows some message',
    trial: 'S12',
    edits: [
      {
        symbol: 'Parsed',
        search: 'return <>{$blocks($parse($text, $findName))}</>',
        replace:
          "if ($text.includes('onerror')) throw new Error('planted')\n  return <>{$blocks($parse($text, $findName))}</>",
      },
    ],
  },
  {
    bug: 'the content security policy of the web app allows scripts in the page',
    trial: 'S13',
    edits: [
      { file: 'src/web/public/_headers', search: "script-src 'self';", replace: "script-src 'self' 'unsafe-inline';" },
    ],
  },
]
