/** Holes to be planted in accounts, codes and tokens, each with the trial that must find it. */
import type { Plant } from './plants.ts'

const S7 = { trial: 'S7', size: { samples: 2 } }
const S9 = { trial: 'S9', size: { flips: 50, rounds: 1 } }
const S10 = { trial: 'S10', size: { guesses: 50, waves: 1 } }

/** Stands for `${` in the source, which is a template there and a text here. */
const OPEN = '$' + '{'

export const ACCOUNT_PLANTS: Plant[] = [
  {
    ...S7,
    bug: 'a password is only worked at where there is an account',
    edits: [
      {
        file: 'src/auth/passwords.ts',
        search: '    await derive(password, randomBytes(SALT_BYTES), BOUNDS.scrypt)\n',
        replace: '',
      },
    ],
  },
  {
    ...S7,
    bug: 'a code is only kept where somebody has the address',
    edits: [
      {
        file: 'src/api/new-code.ts',
        search: 'if (wait > 0 || waiting === null)',
        replace: 'if (wait > 0 || waiting === null || to === null)',
      },
    ],
  },
  {
    ...S7,
    bug: 'a name that is made from an address is one that nobody has',
    edits: [
      {
        file: 'src/api/register.ts',
        search: "  const [made = ''] = usernamesFor(email)\n",
        replace:
          "  let made = ''\n  for (made of usernamesFor(email)) if (await isUsernameFree(c.env.DIRECTORY, made, id, now)) break\n",
      },
    ],
  },
  {
    ...S7,
    bug: 'an address that is taken is refused to who is signed in, where registering does not tell it',
    edits: [
      {
        file: 'src/api/profile.ts',
        search: "  if (settings(c.env).EMAIL_VERIFICATION === 'required') return\n",
        replace: '  if (settings(c.env).RATE_LIMITS === undefined) return\n',
      },
    ],
  },
  {
    ...S7,
    bug: 'wrong passwords are counted for the account, whichever of its names is tried',
    edits: [
      {
        file: 'src/api/accounts.ts',
        search: 'countLogin(c, caseless(called), asker',
        replace: 'countLogin(c, String(account?.id ?? caseless(called)), asker',
      },
    ],
  },
  {
    ...S9,
    bug: 'a token may choose its algorithm',
    edits: [{ file: 'src/auth/tokens.ts', search: '        algorithms: [ALGORITHM],\n', replace: '' }],
  },
  {
    ...S9,
    bug: 'the successor of a token that was used twice lives on',
    edits: [{ file: 'src/api/token.ts', search: '    await endStolen(c, session, now)\n', replace: '' }],
  },
  {
    ...S9,
    bug: 'of two tabs that refresh at once one is signed out',
    edits: [
      {
        file: 'src/api/token.ts',
        search: '    if (mayRepeat(claims, session, asker)) return answer(session)\n',
        replace: '',
      },
    ],
  },
  {
    ...S9,
    bug: 'of two devices that spend a token at once, the first keeps its session',
    edits: [
      {
        file: 'src/api/token.ts',
        search: '  if (current && !asker.ids.includes(current.asker)) await endStolen(c, current, now)\n',
        replace: '',
      },
    ],
  },
  {
    ...S9,
    bug: 'an answer that was lost is given to whatever device asks for it',
    edits: [{ file: 'src/api/token.ts', search: 'asker.ids.includes(session.asker)', replace: 'asker.ids.length > 0' }],
  },
  {
    ...S9,
    bug: 'an answer is given again although its successor was used',
    edits: [
      {
        file: 'src/api/token.ts',
        search: '  session.used_generation < session.generation &&\n',
        replace: '',
      },
    ],
  },
  {
    ...S10,
    size: { guesses: 500, waves: 2 },
    bug: 'tries at a code are read first and counted after',
    edits: [
      {
        file: 'src/directory/codes.ts',
        search: `UPDATE mailed_codes SET tries = tries + 1 WHERE ${OPEN}which} AND expires_at > ?1 AND tries < ?2 AND ?5 IS ?5
       RETURNING kind,`,
        replace: 'SELECT kind,',
      },
      {
        file: 'src/directory/codes.ts',
        search: `${OPEN}knownTo('mailed_codes.user_id', '?4')} AS isKnown\``,
        replace: `${OPEN}knownTo('mailed_codes.user_id', '?4')} AS isKnown
       FROM mailed_codes WHERE ${OPEN}which} AND expires_at > ?1 AND tries < ?2 AND ?5 IS ?5\``,
      },
      {
        file: 'src/directory/codes.ts',
        search: '    .all<GuessedCode>()\n  return results',
        replace: `    .all<GuessedCode>()
  const counted = db.prepare('UPDATE mailed_codes SET tries = tries + 1 WHERE kind = ?1 AND address = ?2')
  for (const { kind, address } of results) await counted.bind(kind, address).run()
  return results`,
      },
    ],
  },
  {
    ...S10,
    bug: 'a code stands in the log',
    edits: [
      {
        file: 'src/api/new-code.ts',
        search: 'const code = newCode()',
        replace: 'const code = newCode()\n  console.log(code)',
      },
    ],
  },
  {
    ...S10,
    bug: 'a long code is stored as it is',
    edits: [
      {
        file: 'src/api/new-code.ts',
        search: "fingerprint(code.replaceAll('-', ''))",
        replace: "code.replaceAll(/(.{5})(?=.)/g, '$1-').replaceAll('--', '-')",
      },
    ],
  },
  {
    ...S10,
    bug: 'a code is one of its address, whoever asked for it',
    edits: [
      {
        file: 'src/api/asker.ts',
        search: `\`network\\n${OPEN}network}\\n${OPEN}c.req.header('User-Agent') ?? ''}\``,
        replace: "'anybody'",
      },
    ],
  },
  {
    ...S10,
    bug: 'a change of address outlives a new password',
    edits: [
      {
        file: 'src/directory/credentials.ts',
        search: "  'mailed_codes WHERE user_id = ?1',\n  'address_changes WHERE user_id = ?1',\n",
        replace: '',
      },
      {
        file: 'src/api/codes.ts',
        search: 'isCode(secrets, otp, { ...rest, owner: userId ?? registrationId }, hash)',
        replace:
          "isCode(secrets, otp, { ...rest, owner: userId ?? registrationId }, hash) || rest.kind === 'change_email'",
      },
    ],
  },
  {
    ...S10,
    bug: 'strangers use up the mails that the owner of an address needs',
    edits: [
      {
        file: 'src/config.ts',
        search: 'mailsHourly: { limit: 20, per: 1 * HOUR }',
        replace: 'mailsHourly: { limit: 5, per: 1 * HOUR }',
      },
    ],
  },
  {
    ...S10,
    bug: 'another address needs no password',
    edits: [
      {
        file: 'src/api/profile.ts',
        search: 'if (sent.new_password !== undefined || newEmail(account, sent) !== undefined) return true',
        replace: 'if (sent.new_password !== undefined) return true',
      },
    ],
  },
]
