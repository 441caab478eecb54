/** A mail server that keeps its mails: a trial reads codes there, as people do, and the product keeps none. */
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { until } from './waiting.ts'

/** Mail on its way for longer than this is lost. */
const PATIENCE = 15_000

interface Mail {
  to: string[]
  subject: string
  text: string
}

export class Mailbox {
  /** What to set as SMTP_URL. */
  readonly url: string
  readonly #server: SMTPServer
  readonly #mails: Mail[]

  private constructor(server: SMTPServer, mails: Mail[], port: number) {
    this.#server = server
    this.#mails = mails
    this.url = `smtp://parlour:nothing@127.0.0.1:${port}`
  }

  static async open(): Promise<Mailbox> {
    const mails: Mail[] = []
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      disableReverseLookup: true,
      onAuth: (_auth, _session, done) => done(null, { user: 'parlour' }),
      onData(stream, { envelope }, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk) => chunks.push(chunk))
        stream.on('end', async () => {
          const { subject = '', text = '' } = await PostalMime.parse(Buffer.concat(chunks))
          mails.push({ to: envelope.rcptTo.map(({ address }) => address), subject, text })
          done()
        })
      },
    })
    // A client that hangs up is not this server's trouble.
    server.on('error', () => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.server.address()
    return new Mailbox(server, mails, typeof address === 'object' ? (address?.port ?? 0) : 0)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve))
  }

  /** Every code that was mailed to anybody. */
  get codes(): string[] {
    return this.#mails.map(codeIn).filter(Boolean)
  }

  /** Every long code that was mailed to anybody. */
  get longCodes(): string[] {
    return this.#mails.map(longCodeIn).filter(Boolean)
  }

  /** The long codes in what came to an address, oldest first; nothing for mails without one. */
  longCodesTo(address: string): string[] {
    return this.#mails.filter(({ to }) => to.includes(address)).map(longCodeIn)
  }

  /** The codes in what came to an address, oldest first, once there are so many. @throws {Error} when they do not come */
  async codesTo(address: string, count: number): Promise<string[]> {
    const codes = () => this.#mails.filter(({ to }) => to.includes(address)).map(codeIn)
    if ((await until(() => codes().length >= count, PATIENCE)) === null) {
      throw new Error(`${codes().length} of ${count} mails came to ${address}`)
    }
    return codes()
  }
}

const codeIn = ({ text }: Mail) => /^ *(\d{6})$/m.exec(text)?.[1] ?? ''
const longCodeIn = ({ text }: Mail) => /^ *((?:[0-9A-Z]{5}-){4}[0-9A-Z]{5})$/m.exec(text)?.[1] ?? ''
