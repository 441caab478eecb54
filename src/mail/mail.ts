/** A mail, and what sends one. */

/** One mail to one person. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

/** Somewhere to hand mail in. */
export interface Mailer {
  /** Resolves when the mail has been taken over. Rejects when it has not been, or nobody knows. */
  send(mail: Mail): Promise<void>
}
