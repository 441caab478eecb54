/** Mail through any SMTP server, over a TCP socket. */
import { LogLevel, WorkerMailer } from 'worker-mailer'
import { type Sender, type SmtpServer, TIMES } from '../config'
import type { Mailer } from './mail'

/** What of worker-mailer 1.2.1 is put right here. */
interface Session {
  reader: { read(): Promise<{ done: boolean; value?: unknown }> }
  logger: unknown
  host: string
  secure: boolean
  supportsStartTls: boolean
  credentials?: object
  read(): Promise<string>
  auth(): Promise<void>
}

const session = WorkerMailer.prototype as unknown as Session
const { read, auth } = session

/**
 * The package asks a closed connection for more, for ever and without a pause: not even its own timeouts run then, and
 * the isolate stands still with every request in it. A server that hangs up must fail that one mail instead.
 */
session.read = function (this: Session) {
  const { reader, logger } = this
  const untilClosed = {
    async read() {
      const chunk = await reader.read()
      if (chunk.done) throw new Error('The mail server hung up')
      return chunk
    },
  }
  return read.call({ reader: untilClosed, logger } as Session)
}

const THIS_COMPUTER = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * The package encrypts if the server offers it, and says the password in clear if it does not. Whoever sits between
 * could take that offer out, so without it the password goes nowhere but to this computer.
 */
session.auth = function (this: Session) {
  if (this.credentials && !this.secure && !this.supportsStartTls && !THIS_COMPUTER.has(this.host)) {
    throw new Error('The mail server offers no encryption for the password')
  }
  return auth.call(this)
}

/** Sends from `from` with a connection of its own for each mail: nothing of one outlives its request. */
export function smtpMailer(server: SmtpServer, from: Sender): Mailer {
  const { host, port, secure, username, password } = server
  return {
    async send({ to, subject, text, html }) {
      const connection = await WorkerMailer.connect({
        host,
        port,
        secure,
        startTls: !secure,
        ...(username && { credentials: { username, password }, authType: ['plain', 'login'] }),
        // Its log has addresses in it.
        logLevel: LogLevel.NONE,
        socketTimeoutMs: TIMES.mail,
      })
      try {
        await connection.send({ from, to, subject, text, html })
      } finally {
        await connection.close()
      }
    },
  }
}
