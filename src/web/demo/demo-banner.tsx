/** The banner in a demo account's tab, with a link to a second account. */
import './demo.css'
import { useState } from 'preact/hooks'
import { chat, useReadable } from '../chat'
import { IconButton } from '../parts/icon-button'
import { useDemo } from './accounts'
import { demoUrl } from './tab'
import { words } from './words'

const CLOSED = 'parlour:demo-closed'

export function DemoBanner() {
  const me = useReadable(chat.auth)
  const demo = useDemo()
  const [closed, setClosed] = useState(sessionStorage.getItem(CLOSED) !== null)
  const other = demo?.people.find(({ id }) => id !== me?.id)
  if (!me || !other || closed) return null
  const close = () => {
    sessionStorage.setItem(CLOSED, '1')
    setClosed(true)
  }
  const name = other.fullName.split(' ')[0] ?? other.username
  return (
    <aside class="demo-strip">
      <p>
        {words.you(me.fullName)}{' '}
        {/* `noopener`, because a tab with an opener starts with a copy of this tab's session. */}
        <a href={demoUrl(other.username)} target="_blank" rel="noopener">
          {words.open(name)}
        </a>
      </p>
      <IconButton icon="close" label={words.close} onClick={close} />
    </aside>
  )
}
