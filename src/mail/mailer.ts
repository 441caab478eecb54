/** Which way mail goes in this deployment: the one place that chooses. */
import { BOUNDS, settings } from '../config'
import { keepMail } from '../directory/operation/dev-mail'
import { bindingMailer } from './binding'
import type { Mailer } from './mail'
import { smtpMailer } from './smtp'

/**
 * Through the mail server that is set, else through Cloudflare. A development server keeps what it sends for
 * `/dev/mail/`, and without a mail server of its own does nothing but that: no mail leaves the computer.
 * @returns null where nobody has said whom mail comes from: then none can be sent.
 */
export function mailerFor(env: Env): Mailer | null {
  const { ENVIRONMENT, MAIL_FROM, SMTP_URL, SMTP_PASSWORD } = settings(env)
  const isDevelopment = ENVIRONMENT === 'development'
  const outward = (): Mailer | null => {
    if (!MAIL_FROM) return null
    if (SMTP_URL) return smtpMailer({ ...SMTP_URL, password: SMTP_URL.password || SMTP_PASSWORD }, MAIL_FROM)
    return isDevelopment ? null : bindingMailer(env.EMAIL, MAIL_FROM)
  }
  // The bundler replaces NODE_ENV and drops `keeping` from a deployed build.
  if (process.env.NODE_ENV === 'development' && isDevelopment) return keeping(env.DIRECTORY, outward())
  return outward()
}

/** Sends through `mailer`, if there is one, and keeps what was sent. */
function keeping(db: D1Database, mailer: Mailer | null): Mailer {
  return {
    async send(mail) {
      await mailer?.send(mail)
      const { to: recipient, subject, text } = mail
      await keepMail(db, { recipient, subject, text, sent_at: Date.now() }, BOUNDS.devMails)
    },
  }
}
