/** Which way mail goes, by what the operator has set. */
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { settings } from '../../src/config'
import { keptMails } from '../../src/directory/operation/dev-mail'
import { bindingMailer } from '../../src/mail/binding'
import { mailerFor } from '../../src/mail/mailer'

const FROM = 'Parlour <chat@parlour.test>'
const MAIL = { to: 'ada@parlour.test', subject: 'Hello', text: 'Hello.', html: '<p>Hello.</p>' }
const set = (more: Record<string, string>) => ({ ...env, ...more }) as Env

describe('mail goes', () => {
  /** The real binding, with a record of what went through it. */
  function watched(): { EMAIL: SendEmail; sent: unknown[] } {
    const sent: unknown[] = []
    const EMAIL = {
      send(mail: EmailMessageBuilder) {
        sent.push(mail)
        return env.EMAIL.send(mail)
      },
    } as SendEmail
    return { EMAIL, sent }
  }

  test('through Cloudflare in a deployment', async () => {
    const { EMAIL, sent } = watched()
    const mailer = mailerFor({ ...set({ ENVIRONMENT: 'production', MAIL_FROM: FROM }), EMAIL })
    await mailer?.send(MAIL)
    expect(sent).toEqual([{ ...MAIL, from: { name: 'Parlour', email: 'chat@parlour.test' } }])
    expect(await keptMails(env.DIRECTORY)).toEqual([])
  })

  test('nowhere in a deployment that does not say from whom', () => {
    expect(mailerFor(set({ ENVIRONMENT: 'production' }))).toBeNull()
  })

  test('into the developer’s mailbox and no further in development', async () => {
    const { EMAIL, sent } = watched()
    await mailerFor({ ...set({ MAIL_FROM: FROM }), EMAIL })?.send(MAIL)
    expect(sent).toEqual([])
    expect(await keptMails(env.DIRECTORY)).toMatchObject([{ recipient: MAIL.to, subject: 'Hello', text: 'Hello.' }])
  })

  test('to the mail server that is named, and is not kept as sent when that fails', async () => {
    const before = (await keptMails(env.DIRECTORY)).length
    for (const ENVIRONMENT of ['production', 'development']) {
      // Nobody listens on port 1.
      const mailer = mailerFor(set({ ENVIRONMENT, MAIL_FROM: FROM, SMTP_URL: 'smtp://127.0.0.1:1' }))
      await expect(mailer?.send(MAIL)).rejects.toThrow()
    }
    expect(await keptMails(env.DIRECTORY)).toHaveLength(before)
  })

  test('through the binding only from whom the binding lets', async () => {
    const refusing = { send: () => Promise.reject(new Error('email from chat@parlour.test not allowed')) }
    const mailer = bindingMailer(refusing as unknown as SendEmail, { name: '', email: 'chat@parlour.test' })
    await expect(mailer.send(MAIL)).rejects.toThrow('not allowed')
  })
})

describe('the setting', () => {
  test.each([
    ['chat@parlour.test', { name: '', email: 'chat@parlour.test' }],
    [' Parlour <chat@parlour.test> ', { name: 'Parlour', email: 'chat@parlour.test' }],
    ['"The Parlour" <chat@parlour.test>', { name: 'The Parlour', email: 'chat@parlour.test' }],
    ['<chat@parlour.test>', { name: '', email: 'chat@parlour.test' }],
    ['', null],
  ])('MAIL_FROM %j is a sender', (MAIL_FROM, sender) => {
    expect(settings(set({ MAIL_FROM })).MAIL_FROM).toEqual(sender)
  })

  test.each([
    'nobody',
    'Parlour chat@parlour.test',
    'Parlour <nobody>',
    'a@b.test\r\nBcc: c@d.test',
    'A\nB <a@b.test>',
  ])('MAIL_FROM %j is refused', (MAIL_FROM) => expect(() => settings(set({ MAIL_FROM }))).toThrow('MAIL_FROM'))

  test.each([
    ['smtps://mail.example', { host: 'mail.example', port: 465, secure: true, username: '', password: '' }],
    ['smtp://mail.example', { host: 'mail.example', port: 587, secure: false, username: '', password: '' }],
    [
      'smtp://ada%40mail.example:p%3Aw%2Fd@mail.example:2525',
      { host: 'mail.example', port: 2525, secure: false, username: 'ada@mail.example', password: 'p:w/d' },
    ],
  ])('SMTP_URL %s is a server', (SMTP_URL, server) => {
    expect(settings(set({ SMTP_URL, MAIL_FROM: FROM })).SMTP_URL).toEqual(server)
  })

  test.each(['mail.example', 'https://mail.example', 'smtp://', 'smtp://mail.example:25'])(
    'SMTP_URL %s is refused, without repeating it',
    (SMTP_URL) => {
      expect(() => settings(set({ SMTP_URL, MAIL_FROM: FROM }))).toThrow('SMTP_URL')
      const secret = SMTP_URL.replace('://', '://user:hush@')
      expect(() => settings(set({ SMTP_URL: secret, MAIL_FROM: FROM }))).not.toThrow('hush')
    },
  )

  test('MAIL_FROM is needed where mail is', () => {
    expect(() => settings(set({ SMTP_URL: 'smtps://mail.example' }))).toThrow('MAIL_FROM')
    const required = { EMAIL_VERIFICATION: 'required' }
    expect(() => settings(set({ ...required, ENVIRONMENT: 'production' }))).toThrow('MAIL_FROM')
    expect(() => settings(set(required))).not.toThrow()
  })
})
