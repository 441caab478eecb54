/** Mail through Cloudflare's Email Service: the `send_email` binding. */
import type { Sender } from '../config'
import type { Mailer } from './mail'

/** Sends from `from`, whose domain must be set up for sending in the account. */
export function bindingMailer(binding: SendEmail, from: Sender): Mailer {
  return {
    async send({ to, subject, text, html }) {
      await binding.send({ from, to, subject, text, html })
    },
  }
}
