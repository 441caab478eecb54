/** Starts the app in the page. */
import './styles/tokens.css'
import './styles/parts.css'
import './styles/pages.css'
import './styles/room.css'
import './theme'
import { render } from 'preact'
import { App } from './app'

render(<App />, document.getElementById('app') as HTMLElement)
