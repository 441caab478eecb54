/** Starts the app in the page. */
import './styles/tokens.css'
import './theme'
import { render } from 'preact'
import { t } from './words'

render(<h1>{t.app}</h1>, document.getElementById('app') as HTMLElement)
