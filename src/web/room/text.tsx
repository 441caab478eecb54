/** The text of a message: a part of Markdown, as elements. No HTML is ever made of it. */
import { lexer, type Token, type Tokens } from 'marked'
import type { ComponentChildren } from 'preact'
import { memo } from 'preact/compat'
import { RoomLinks } from './room-links'

/** Where a link may lead. */
const SAFE = /^(https?:|mailto:)/i
const MENTION = /(^|[^\p{L}\p{N}_@])(@[\p{L}\p{N}_.+-]+)/gu

export const Text = memo(({ text }: { text: string }) => <>{blocks(lexer(text, { gfm: true, breaks: true }))}</>)

const blocks = (tokens: Token[]): ComponentChildren => tokens.map(block)

function block(token: Token, key: number): ComponentChildren {
  switch (token.type) {
    case 'space':
      return null
    case 'paragraph':
      return <p key={key}>{inlines((token as Tokens.Paragraph).tokens)}</p>
    case 'text': {
      const { tokens, raw } = token as Tokens.Text
      return tokens ? <span key={key}>{inlines(tokens)}</span> : plain(raw)
    }
    case 'code':
      return (
        <pre key={key}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      )
    case 'blockquote':
      return <blockquote key={key}>{blocks((token as Tokens.Blockquote).tokens)}</blockquote>
    case 'list': {
      const { ordered, start, items } = token as Tokens.List
      const lines = items.map(line)
      return ordered ? (
        <ol key={key} start={Number(start) || 1}>
          {lines}
        </ol>
      ) : (
        <ul key={key}>{lines}</ul>
      )
    }
    default:
      // Headings, tables, rules, HTML: as they were typed.
      return <p key={key}>{token.raw.trimEnd()}</p>
  }
}

const line = ({ tokens }: Tokens.ListItem, key: number) => <li key={key}>{blocks(tokens)}</li>

const inlines = (tokens: Token[]): ComponentChildren => tokens.map(inline)

function inline(token: Token, key: number): ComponentChildren {
  switch (token.type) {
    case 'strong':
      return <strong key={key}>{inlines((token as Tokens.Strong).tokens)}</strong>
    case 'em':
      return <em key={key}>{inlines((token as Tokens.Em).tokens)}</em>
    case 'del':
      return <del key={key}>{inlines((token as Tokens.Del).tokens)}</del>
    case 'codespan':
      return <code key={key}>{(token as Tokens.Codespan).text}</code>
    case 'br':
      return <br key={key} />
    case 'escape':
      return (token as Tokens.Escape).text
    case 'link': {
      const { href, tokens, raw } = token as Tokens.Link
      if (!SAFE.test(href)) return raw
      return (
        <a key={key} href={href} target="_blank" rel="noopener noreferrer nofollow">
          {inlines(tokens)}
        </a>
      )
    }
    case 'text': {
      const { tokens, raw } = token as Tokens.Text
      return tokens ? inlines(tokens) : plain(raw)
    }
    default:
      return token.raw
  }
}

/** Plain text, with the people and the rooms that it names standing out. */
function plain(text: string): ComponentChildren {
  const parts = text.split(MENTION)
  if (parts.length === 1) return withRooms(text)
  return parts.map(named)
}

const withRooms = (text: string, key?: number) => (text.includes('#') ? <RoomLinks key={key} text={text} /> : text)

const named = (part: string, key: number) =>
  part.startsWith('@') && part.length > 1 ? (
    <span key={key} class="mention">
      {part}
    </span>
  ) : (
    withRooms(part, key)
  )
