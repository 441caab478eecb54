/** A mail, and the interface that sends one. */

/** One mail to one person. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

/** A way to send mail. */
export interface Mailer {
  /** Resolves when the mail server accepted the mail. Rejects when it did not, or when that is unknown. */
  send(mail: Mail): Promise<void>
}
