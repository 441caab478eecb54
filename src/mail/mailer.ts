/** Chooses how this deployment sends mail. */
import { BOUNDS, settings } from '../config'
import { keepMail } from '../directory/operation/dev-mail'
import { bindingMailer } from './binding'
import type { Mailer } from './mail'
import { smtpMailer } from './smtp'

/**
 * The mail server of `SMTP_URL`, else Cloudflare. A development server stores its mails for `/dev/mail/`, and sends none
 * unless it has a mail server.
 * @returns null when `MAIL_FROM` is not set: no mail can be sent
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

/** Sends through `mailer`, if there is one, and stores the mail. */
function keeping(db: D1Database, mailer: Mailer | null): Mailer {
  return {
    async send(mail) {
      await mailer?.send(mail)
      const { to: recipient, subject, text } = mail
      await keepMail(db, { recipient, subject, text, sent_at: Date.now() }, BOUNDS.devMails)
    },
  }
}
