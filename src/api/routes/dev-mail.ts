/** `/dev/mail`: the mails of a development server, as JSON and as a page. A deployed build does not have it. */
import { Hono } from 'hono'
import { accepts } from 'hono/accepts'
import { html } from 'hono/html'
import { TIMES } from '../../config'
import { type KeptMail, keptMails } from '../../directory/operation/dev-mail'
import type { Api } from '../context'
import { developmentOnly } from '../middleware/development'
import { countedInHandler } from '../middleware/rate-limit'

/** A function, so that the bundler drops it from a build that does not call it. */
export function devMail(): Hono<Api> {
  const routes = new Hono<Api>()

  routes.use(developmentOnly)

  routes.get('/', countedInHandler('open'), async (c) => {
    // Mails of the previous request are sent after its answer. Waits, so that a test that asks at once finds them.
    await scheduler.wait(3 * TIMES.mailHidden)
    const mails = await keptMails(c.env.DIRECTORY)
    c.header('Cache-Control', 'no-store')
    c.header('Vary', 'Accept')
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/html'],
      default: 'application/json',
    })
    if (type === 'text/html') {
      const nonce = crypto.randomUUID()
      c.header('Content-Security-Policy', `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'`)
      return c.html(page(mails, nonce))
    }
    return c.json(
      mails.map(({ recipient, subject, text, sent_at }) => ({
        to: recipient,
        subject,
        text,
        timestamp: time(sent_at),
      })),
    )
  })

  return routes
}

const time = (milliseconds: number) => new Date(milliseconds).toISOString()

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
  article { border-top: 1px solid #8888; padding: 1rem 0; }
  h2 { font-size: 1.1rem; margin: 0; }
  p { margin: 0; opacity: 0.7; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0.5rem 0 0; }
  @media (prefers-color-scheme: dark) { body { background: #111; color: #eee; } }
`

const page = (mails: KeptMail[], nonce: string) => html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mail</title>
<style nonce="${nonce}">${STYLE}</style>
<h1>Mail</h1>
${mails.length === 0 ? html`<p>None has been sent.</p>` : ''}
${mails.map(
  (mail) => html`<article>
<h2>${mail.subject}</h2>
<p>to ${mail.recipient}, <time>${time(mail.sent_at)}</time></p>
<pre>${mail.text}</pre>
</article>`,
)}
</html>`
