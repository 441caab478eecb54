/** Mail through any SMTP server, over a TCP socket. */
import { LogLevel, WorkerMailer } from 'worker-mailer'
import { type Sender, type SmtpServer, TIMES } from '../config'
import type { Mailer } from './mail'

/** The parts of worker-mailer 1.2.1 that are corrected here. */
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
 * The package reads from a closed connection for ever without a pause: its own timeouts never run, and the isolate blocks
 * with every request in it. Here a server that hangs up fails that one mail.
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
 * The package encrypts if the server offers it, and sends the password in clear if not. An attacker on the line could remove
 * the offer, so without it the password is sent to this computer only.
 */
session.auth = function (this: Session) {
  if (this.credentials && !this.secure && !this.supportsStartTls && !THIS_COMPUTER.has(this.host)) {
    throw new Error('The mail server offers no encryption for the password')
  }
  return auth.call(this)
}

/** Opens a connection for each mail: no connection outlives its request. */
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
        // The package's log contains addresses.
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
