/** The text of a message as elements. It is never inserted as HTML. */
import type { ComponentChildren } from 'preact'
import { memo } from 'preact/compat'
import { useContext, useMemo } from 'preact/hooks'
import type { Mention } from '../../../client'
import {
  type Align,
  type Block,
  destination,
  type FindName,
  type Inline,
  type Item,
  isVisible,
  parse,
} from '../../../markdown'
import { chat, useReadable } from '../../chat'
import { IconButton } from '../../parts/icon-button'
import { showCard } from '../../people/card'
import { roomPath } from '../../routes'
import { t } from '../../words'
import { type NamedPerson, personFinder } from '../mentions/find-people'
import { type NamedRoom, RoomNames } from '../mentions/find-rooms'
import { MemberNames } from '../mentions/member-names'
import { isEmojiOnly } from './emoji-only'
import { copyText } from './message-actions'

/** A mentioned person, or a linked room. */
type Name = NamedPerson | { kind: 'room'; room: NamedRoom }

const isRoomSign = (sign: string | undefined) => sign === '#' || sign === '＃'

interface Props {
  text: string
  /** Null until the room has sent the mentions. */
  mentions: readonly Mention[] | null
}

export const MessageText = memo(({ text, mentions }: Props) => {
  const findMember = useContext(MemberNames)
  const findName = useMemo(() => personFinder(text, mentions, findMember), [text, mentions, findMember])
  if (!isVisible(text)) return <p class="hint">{t.room.invisible}</p>
  if (/[#＃]/.test(text)) return <WithRooms text={text} findPerson={findName} />
  return <Parsed text={text} findName={findName} />
})

/** A text with `#`, which is parsed again when the rooms of the list change. */
function WithRooms({ text, findPerson }: { text: string; findPerson: FindName<NamedPerson> }) {
  const { rooms } = useReadable(chat.roomList)
  const named = new RoomNames(rooms)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names of the rooms are in the key
  const findName = useMemo<FindName<Name>>(
    () => (text, at) => {
      const found = isRoomSign(text[at]) ? named.at(text, at) : null
      return found ? { end: found.end, name: { kind: 'room', room: found.name } } : findPerson(text, at)
    },
    [named.key, findPerson],
  )
  return <Parsed text={text} findName={findName} />
}

const Parsed = memo(({ text, findName }: { text: string; findName: FindName<Name> }) => {
  if (isEmojiOnly(text)) return <p class="few-emoji">{text}</p>
  return <>{blocks(parse(text, findName))}</>
})

const blocks = (all: Block<Name>[]): ComponentChildren => all.map(block)

function block(each: Block<Name>, key: number): ComponentChildren {
  const shown = shownBlock(each, key)
  if (each.blankLines === 0) return shown
  return [
    <p key={`${key} blank`} class="blank">
      {'\n'.repeat(each.blankLines)}
    </p>,
    shown,
  ]
}

function shownBlock(each: Block<Name>, key: number): ComponentChildren {
  switch (each.type) {
    case 'text':
      return <p key={key}>{inlines(each.children)}</p>
    case 'code':
      return <Code key={key} language={each.language} text={each.text} />
    case 'quote':
      return <blockquote key={key}>{blocks(each.children)}</blockquote>
    case 'list':
      return each.ordered ? (
        <ol key={key} start={Number.parseInt(each.items[0]?.marker ?? '1', 10)}>
          {each.items.map(numbered)}
        </ol>
      ) : (
        <ul key={key}>{each.items.map(pointed)}</ul>
      )
    case 'table':
      return <Table key={key} {...each} />
  }
}

/** The first text of an item is on the line of its marker. */
const ofItem = (each: Block<Name>, place: number): ComponentChildren =>
  place === 0 && each.type === 'text' ? <span key={place}>{inlines(each.children)}</span> : block(each, place)

/** Keeps the typed numbers: a browser would count up from the first one. */
const numbered = (item: Item<Name>, key: number) => (
  <li key={key} value={Number.parseInt(item.marker, 10)}>
    <span class="marker">{item.marker} </span>
    <Task item={item} />
    {item.children.map(ofItem)}
  </li>
)

const pointed = (item: Item<Name>, key: number) => (
  <li key={key} class={item.done === undefined ? '' : 'task'}>
    <Task item={item} />
    {item.children.map(ofItem)}
  </li>
)

function Task({ item: { done } }: { item: Item<Name> }) {
  if (done === undefined) return null
  return <input type="checkbox" disabled checked={done} aria-label={done ? t.room.taskDone : t.room.taskOpen} />
}

function Code({ language, text }: { language: string; text: string }) {
  return (
    <div class="code">
      {language && <p class="language">{language}</p>}
      <IconButton icon="copy" label={t.room.copyCode} onClick={() => copyText(text)} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  )
}

function Table({ align, head, rows }: Block<Name> & { type: 'table' }) {
  const sideOf = (column: number) => align[column] && SIDES[align[column]]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <figure class="table" aria-label={t.room.table} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((cell, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a table does not change its order
              <th key={column} scope="col" class={sideOf(column)}>
                {inlines(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a table does not change its order
            <tr key={line}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a table does not change its order
                <td key={column} class={sideOf(column)}>
                  {inlines(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  )
}

/** A span, because a button cannot be selected and copied as part of the text. */
function Mentioned({ id, text }: { id: number; text: string }) {
  const show = () => showCard({ id, username: text.slice(1), fullName: text.slice(1) })
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    <span
      class={id === chat.auth.user?.id ? 'mention own' : 'mention'}
      role="button"
      tabIndex={0}
      onClick={show}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        event.stopPropagation()
        show()
      }}
    >
      {text}
    </span>
  )
}

const SIDES: Record<NonNullable<Align>, string> = { start: 'to-start', center: 'to-center', end: 'to-end' }

/** A link. Shows its destination if the text reads as another address. */
function Link({ href, children }: Inline<Name> & { type: 'link' }) {
  const address = destination(href, children)
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {inlines(children)}
      {address !== null && <bdi class="destination">{` (${address})`}</bdi>}
    </a>
  )
}

const inlines = (parts: Inline<Name>[]): ComponentChildren => parts.map(inline)

function inline(part: Inline<Name>, key: number): ComponentChildren {
  switch (part.type) {
    case 'text':
      return part.text
    case 'strong':
      return <strong key={key}>{inlines(part.children)}</strong>
    case 'em':
      return <em key={key}>{inlines(part.children)}</em>
    case 'del':
      return <del key={key}>{inlines(part.children)}</del>
    case 'code':
      return <code key={key}>{part.text}</code>
    case 'link':
      return <Link key={key} {...part} />
    case 'name':
      if (part.name.kind === 'room') {
        return (
          <a key={key} class="mention" href={roomPath(part.name.room.id)}>
            {`#${part.name.room.roomName}`}
          </a>
        )
      }
      if (part.name.mentioned?.has(part.at) === false) return part.text
      return <Mentioned key={key} id={part.name.id} text={part.text} />
  }
}
