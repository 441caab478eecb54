/** Mutations of accounts, codes and tokens, each with the trial of security that must catch it. */
import type { Mutation } from './mutation.ts'

const S7 = { trial: 'S7' }
const S9 = { trial: 'S9', options: { flips: 50 } }
const S10 = { trial: 'S10', options: { guesses: 50 } }

/** Stands for `${` in the source, which is a template there and a text here. */
const IS_ACTIVE = '$' + '{'
const REFRESH = 'token.on POST'

export const ACCOUNTS: Mutation[] = [
  {
    ...S7,
    bug: 'a login hashes the password only where there is an account',
    edits: [
      {
        symbol: 'verifyPassword',
        search: 'await $derive($password, $randomBytes(SALT_BYTES), BOUNDS.scrypt)',
        replace: '',
      },
    ],
  },
  {
    ...S7,
    bug: 'the server keeps a code only where an account has the address',
    edits: [
      {
        symbol: 'resendCode',
        search: 'if ($wait > 0 || $waiting === null)',
        replace: 'if ($wait > 0 || $waiting === null || to === null)',
      },
    ],
  },
  {
    ...S7,
    bug: 'registering makes a username that is free from an address, which tells that another is taken',
    edits: [
      {
        symbol: 'keepAttempt',
        search: "const [made = ''] = $usernamesFor($email)\n",
        replace: `let made = ''
  for (made of $usernamesFor($email)) if (await isUsernameFree(c.env.DIRECTORY, made, id, now)) break
`,
      },
    ],
  },
  {
    ...S7,
    bug: 'a profile change refuses a taken address although registering does not tell that it is taken',
    edits: [
      {
        symbol: 'refuseTakenEmail',
        search: "if (…EMAIL_VERIFICATION === 'required') return",
        replace: 'if (settings(c.env).RATE_LIMITS === undefined) return',
      },
    ],
  },
  {
    ...S7,
    bug: 'the server counts wrong passwords for the account, whichever of its names is tried',
    edits: [
      {
        symbol: 'accounts.post /login',
        search: '$countLogin($c, $caseless($called), $device',
        replace: '$countLogin($c, String(account?.id ?? $caseless($called)), $device',
      },
    ],
  },
  {
    ...S9,
    bug: 'a token may choose its algorithm',
    edits: [{ symbol: 'verify', search: 'algorithms: [ALGORITHM],', replace: '' }],
  },
  {
    ...S9,
    bug: 'the successor of a token that was used twice stays valid',
    edits: [
      {
        symbol: REFRESH,
        search: '$answer($session)\n    await $endStolenSession($c, $session, $now)',
        replace: '$answer($session)',
      },
    ],
  },
  {
    ...S9,
    bug: 'of two tabs that refresh at once one is signed out',
    edits: [
      {
        symbol: REFRESH,
        search: 'if (await isRetry(c.env, claims, session, device)) return answer(session)',
        replace: '',
      },
    ],
  },
  {
    ...S9,
    bug: 'of two devices that spend a token at once, the first keeps its session',
    edits: [
      {
        symbol: REFRESH,
        search: 'if ($current && !$includes($current.device_id)) await $endStolenSession($c, $current, $now)',
        replace: '',
      },
    ],
  },
  {
    ...S9,
    bug: 'the server repeats an answer that was lost to every device that asks for it',
    edits: [
      { symbol: 'isRetry', search: '$device.ids.includes($session.device_id)', replace: '$device.ids.length > 0' },
    ],
  },
  {
    ...S9,
    bug: 'the server repeats an answer although its successor was used',
    edits: [
      { symbol: 'isRetry', search: 'used_generation >= generation ||', replace: '' },
      {
        symbol: 'isRetry',
        search: 'return (await inTime(sidebarStub(env, user_id).usedGeneration(id))) < generation',
        replace: 'return true',
      },
    ],
  },
  {
    ...S10,
    options: { guesses: 500, waves: 2 },
    bug: 'the directory reads the tries at a code first and counts them after',
    edits: [
      {
        symbol: 'tryCode',
        search: `UPDATE mailed_codes SET tries = tries + 1 WHERE ${IS_ACTIVE}which} AND expires_at > ?1 AND tries < ?2 AND ?5 IS ?5
       RETURNING kind,`,
        replace: 'SELECT kind,',
      },
      {
        symbol: 'tryCode',
        search: `${IS_ACTIVE}isKnownDevice('mailed_codes.user_id', '?4')} AS isKnown\``,
        replace: `${IS_ACTIVE}isKnownDevice('mailed_codes.user_id', '?4')} AS isKnown
       FROM mailed_codes WHERE ${IS_ACTIVE}which} AND expires_at > ?1 AND tries < ?2 AND ?5 IS ?5\``,
      },
      {
        symbol: 'tryCode',
        search: 'return $results',
        replace: `const counted = db.prepare('UPDATE mailed_codes SET tries = tries + 1 WHERE kind = ?1 AND address = ?2')
  for (const { kind, address } of $results) await counted.bind(kind, address).run()
  return $results`,
      },
    ],
  },
  {
    ...S10,
    bug: 'the server logs a code',
    edits: [
      {
        symbol: 'storeNewCode',
        search: 'const $code = newCode()',
        replace: 'const $code = newCode()\n  console.log($code)',
      },
    ],
  },
  {
    ...S10,
    bug: 'the server stores a long code as it is',
    edits: [
      {
        symbol: 'recoveryCodeHash',
        search: "$fingerprint($code.replaceAll('-', ''))",
        replace: "$code.replaceAll(/(.{5})(?=.)/g, '$1-').replaceAll('--', '-')",
      },
    ],
  },
  {
    ...S10,
    bug: 'a code is valid for its address, whichever device asked for it',
    edits: [
      {
        symbol: 'deviceOf',
        search: `\`network\\n${IS_ACTIVE}network}\\n…''}\``,
        replace: "'anybody'",
      },
    ],
  },
  {
    ...S10,
    bug: 'a change of address outlives a new password',
    edits: [
      {
        symbol: 'PENDING_ACCESS',
        search: "'mailed_codes WHERE user_id = ?1',\n  'address_changes WHERE user_id = ?1',",
        replace: '',
      },
      {
        symbol: 'findRightCode',
        search: '$isCode($secrets, $otp, { ...$rest, …}, $hash)',
        replace:
          "$isCode($secrets, $otp, { ...$rest, owner: userId ?? registrationId }, $hash) || $rest.kind === 'change_email'",
      },
    ],
  },
  {
    ...S10,
    bug: 'strangers use up the mails that the owner of an address needs',
    edits: [{ symbol: 'BOUNDS.mailsHourly', search: 'limit: 20, per: 1 * HOUR', replace: 'limit: 5, per: 1 * HOUR' }],
  },
  {
    ...S10,
    bug: 'a change of address needs no password',
    edits: [
      {
        symbol: 'needsProof',
        search: '|| $newEmail($account, $sent) !== undefined) return true',
        replace: ') return true',
      },
    ],
  },
]
