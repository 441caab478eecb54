/** Starts the app in the page. */
import './styles/tokens.css'
import './styles/controls.css'
import './styles/overlays.css'
import './styles/frame.css'
import './styles/pages.css'
import './styles/entrance.css'
import './styles/room.css'
import './styles/message.css'
import './styles/text.css'
import './styles/composer.css'
import './styles/reactions.css'
import './styles/density.css'
import './preferences'
import { render } from 'preact'
import { App } from './app'
import { watchCurrentDay } from './current-day'
import { installWorker } from './offline/install-worker'
import { watchPendingChanges } from './pending-changes'
import { watchViewport } from './viewport'

render(<App />, document.getElementById('app') as HTMLElement)
installWorker()
watchViewport()
watchCurrentDay()
watchPendingChanges()
