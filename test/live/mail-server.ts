/** A real mail server on this computer: it takes mail in over SMTP and keeps it, parsed. */
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'

/** A mail as it arrived: the envelope, and what was in it. */
export interface Arrived extends Email {
  envelope: { from: string; to: string[] }
}

export interface MailServer {
  /** What to set as SMTP_URL. */
  url: string
  mails: Arrived[]
  /** Names and passwords that were given, right or wrong. */
  logins: string[]
}

/** Who may hand mail in. */
export const USER = { name: 'parlour@parlour.test', password: 'p:w/d & more' }

/** Starts one on a free port; it ends with the test. Without certificates it offers no STARTTLS, like any catcher of mail. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: Arrived[] = []
  const logins: string[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    // Nothing here is looked up by name.
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      logins.push(`${username} ${password}`)
      const isRight = username === USER.name && password === USER.password
      done(isRight ? null : new Error('Invalid username or password'), { user: username })
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', async () => {
        const { mailFrom, rcptTo } = session.envelope
        const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) }
        mails.push({ ...(await PostalMime.parse(Buffer.concat(chunks))), envelope })
        done()
      })
    },
    ...options,
  })
  // A client that hangs up is not this server's trouble.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  const address = server.server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const password = encodeURIComponent(USER.password)
  return { url: `smtp://${encodeURIComponent(USER.name)}:${password}@127.0.0.1:${port}`, mails, logins }
}
