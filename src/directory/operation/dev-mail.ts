/** The mails of a development server, kept for reading. A deployed build keeps none. */

/** A sent mail. */
export interface KeptMail {
  recipient: string
  subject: string
  text: string
  sent_at: number
}

/** Keeps a mail, and deletes all but the newest `most`. */
export async function keepMail(db: D1Database, mail: KeptMail, most: number): Promise<void> {
  await db.batch([
    db
      .prepare('INSERT INTO dev_mail (recipient, subject, text, sent_at) VALUES (?1, ?2, ?3, ?4)')
      .bind(mail.recipient, mail.subject, mail.text, mail.sent_at),
    db.prepare('DELETE FROM dev_mail WHERE id <= (SELECT max(id) FROM dev_mail) - ?1').bind(most),
  ])
}

/** The kept mails, newest first. */
export async function keptMails(db: D1Database): Promise<KeptMail[]> {
  return (await db.prepare('SELECT * FROM dev_mail ORDER BY id DESC').all<KeptMail>()).results
}
