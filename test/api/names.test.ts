/** Usernames: any script, no lookalikes, no reserved names, and a pause before a released name is free. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { skeletonsOf } from '../../src/directory/accounts/lookalikes'
import { backfillNames } from '../../src/directory/people/backfill'
import { caseless, LIMITS } from '../../src/protocol'
import { ask, done, forward, get, group, patch, presentTime, type Someone, signIn, signUp } from '../support/world'

afterEach(presentTime)

const RESERVED = 'This name is nobody’s to have. Choose another.'
const rename = (who: Someone, username: string) => patch(who, '/api/profile/', { username })
let count = 0
/** Registers under this name, and says how that went. */
async function registering(username: string): Promise<[status: number, username: string]> {
  const body = { email: `names${++count}@parlour.test`, username, password: 'correct horse battery' }
  const { status, body: answer } = await ask('POST', '/api/register/', { body })
  if (status !== 201) expect(answer.username).toEqual(['This username is taken.'])
  return [status, answer.user?.username ?? answer.code]
}

test.each([
  ['paypal', ['paypaI', 'pаypal', 'PАYPAL', 'раураl', 'PaypaI', 'pay\u200cpal'.replace('\u200c', '')]],
  ['mike', ['ΜΙΚΕ', 'mіke', 'mikе', 'ｍｉｋｅ', '𝗆𝗂𝗄𝖾', 'mıke']],
  ['boob', ['b00b', 'bоob', 'BOОB']],
  ['Corner', ['comer', 'C0rner']],
  ['иван', ['ИВАН', 'иваh'.replace('h', 'н')]],
])('beside %s nobody is called what looks like it', async (name, others) => {
  expect(await registering(name)).toEqual([201, name])
  for (const other of others) expect(await registering(other), other).toEqual([409, 'username_taken'])
})

test('names that differ are nobody else’s', async () => {
  for (const name of ['muller', 'müller', 'zoe', 'zoé', 'anna', 'anne', 'user2', 'user3', 'संदीप', 'วิชัย', 'தமிழ்']) {
    expect(await registering(name)).toEqual([201, name])
  }
})

test.each([
  ...['everyone', 'All', 'here', 'system', 'Support', 'parlour', 'Parl0ur', 'ѕystem', 'deleted-user', 'hеre'],
  ...['deleted_user', 'Deleted.User', 'sys.tem', '_support', 'a-l-l', 'here+', 'sýstem', 'ѕup_port'],
])('%s is nobody’s to have', async (name) => {
  expect(await registering(name)).toEqual([409, 'username_taken'])
  const who = await signUp(`reserved${++count}`)
  expect((await rename(who, name)).status).toBe(409)
})

test.each([
  ['Deleted', 'user'],
  ['deleted user', ''],
  ['', 'System'],
  ['ЅУЅТЕМ', ''],
  ['Sup', '-port'],
  ['Every', 'one'],
])('“%s %s” is no full name that somebody takes', async (first_name, last_name) => {
  const body = { email: `full${++count}@parlour.test`, password: 'correct horse battery', first_name, last_name }
  const registered = await ask('POST', '/api/register/', { body })
  expect([registered.status, registered.body.code, registered.body.first_name]).toEqual([400, 'invalid', [RESERVED]])
  const who = await signUp(`full${++count}`)
  const changed = await patch(who, '/api/profile/', { first_name, last_name })
  expect([changed.status, changed.body.code]).toEqual([400, 'invalid'])
})

test('an account that has such a full name keeps it, and changes what else it likes', async () => {
  const who = await signUp('oldsystem')
  await env.DIRECTORY.prepare("UPDATE users SET first_name = 'System' WHERE id = ?").bind(who.id).run()
  const changes = { first_name: 'System', last_name: '', bio: 'as before' }
  expect(await done(patch(who, '/api/profile/', changes))).toMatchObject(changes)
  expect((await patch(who, '/api/profile/', { last_name: 'Everyone' })).status).toBe(200)
  expect((await patch(who, '/api/profile/', { first_name: '' })).body.code).toBe('invalid')
})

test('who registers without a name gets one that is free', async () => {
  const names = await Promise.all(
    ['support@a.test', 'support@b.test', 'संदीप@c.test'].map(async (email) => {
      const { body } = await ask('POST', '/api/register/', { body: { email, password: 'correct horse battery' } })
      return body.user?.username ?? body.email
    }),
  )
  expect(names.slice(0, 2)).toEqual([expect.stringMatching(/^support\d{5}$/), expect.stringMatching(/^support\d{5}$/)])
})

test('one changes the case and the form of one’s own name, and signs in by any of them', async () => {
  const who = await signUp('zoek', { username: 'zoë.k' })
  for (const username of ['Zoë.K', 'ZOE\u0308.K', 'zoë.k']) {
    expect(await done(rename(who, username))).toMatchObject({ username: username.normalize('NFC') })
    await signIn({ ...who, username: 'zoë.k' })
    await signIn({ ...who, username: 'ZOË.K' })
  }
  // Sent along with something else, as it is, it is no change.
  expect((await patch(who, '/api/profile/', { username: 'zoë.k', bio: 'still me' })).status).toBe(200)
})

test('a name that was given up rests, and whoever gave it up may have it back', async () => {
  const who = await signUp('wanda')
  await done(rename(who, 'vanda'))
  expect(await registering('wanda')).toEqual([409, 'username_taken'])
  expect(await registering('wаnda')).toEqual([409, 'username_taken'])
  await done(rename(who, 'wanda'))
  await done(rename(who, 'vanda'))
  forward(LIMITS.usernameRestDays * 24 * 60 * 60 * 1_000 - 60_000)
  expect(await registering('wanda')).toEqual([409, 'username_taken'])
  forward(120_000)
  expect(await registering('wanda')).toEqual([201, 'wanda'])
  expect(await registering('vаnda')).toEqual([409, 'username_taken'])
})

test('of many who want names that look alike at once, one gets theirs', async () => {
  const outcomes = await Promise.all(['oliver', 'оliver', '0liver', 'OLIVER', 'oIiver', 'oliver'].map(registering))
  expect(outcomes.map(([status]) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
})

describe('an account of before', () => {
  /** As an earlier version left it. */
  async function earlier(who: Someone, changes: { username: string; key: string; first?: string }): Promise<void> {
    await env.DIRECTORY.batch([
      env.DIRECTORY.prepare(
        `UPDATE users SET username = ?2, username_key = ?3, first_name = ?4, first_name_key = lower(?4), search_key = NULL
         WHERE id = ?1`,
      ).bind(who.id, changes.username, changes.key, changes.first ?? ''),
      env.DIRECTORY.prepare('DELETE FROM username_skeletons WHERE user_id = ?1').bind(who.id),
    ])
  }
  const search = async (who: Someone, text: string): Promise<string[]> =>
    (await done(get(who, `/api/users/?search=${encodeURIComponent(text)}`))).map(
      ({ username }: { username: string }) => username,
    )

  test('is found, signs in and keeps its name, whose look it gets as far as nobody else has it', async () => {
    const [one, other] = [await signUp('before1x'), await signUp('before2x')]
    await earlier(one, { username: 'Straße', key: 'straße', first: 'Jürgen' })
    await earlier(other, { username: 'STRASSE', key: 'strasse' })
    expect(await search(one, 'jürgen')).toEqual(['Straße'])
    await signIn({ ...one, username: 'STRAßE' })
    await signIn({ ...other, username: 'strasse' })
    await backfillNames({
      prepare: env.DIRECTORY.prepare.bind(env.DIRECTORY),
      batch: env.DIRECTORY.batch.bind(env.DIRECTORY),
    } as D1Database)
    expect(await search(one, 'JURGEN')).toEqual(['Straße'])
    // Both are there still, each under what it was called.
    expect((await signIn({ ...one, username: 'straße' })).id).toBe(one.id)
    expect((await get(await signIn({ ...one, username: 'straße' }), '/api/profile/')).body.id).toBe(one.id)
    expect((await get(await signIn({ ...other, username: 'strasse' }), '/api/profile/')).body.id).toBe(other.id)
    expect(await registering('ЅTRASSE')).toEqual([409, 'username_taken'])
    expect((await patch(one, '/api/profile/', { username: 'Straße', bio: 'x' })).status).toBe(200)
  })

  test('and a room of before are brought up to date in steps, whatever else happens', async () => {
    const who = await signUp('stepper')
    const room = await group(who, [], { room_name: 'Öffentliche Straße' })
    await env.DIRECTORY.prepare('UPDATE rooms SET search_key = NULL, name_key = ?2 WHERE id = ?1')
      .bind(room.id, 'öffentliche straße')
      .run()
    const rooms = async (text: string) =>
      (await done(get(who, `/api/chatrooms/?search=${encodeURIComponent(text)}`))).results.map(
        ({ id }: { id: number }) => id,
      )
    expect(await rooms('ÖFFENTLICHE')).toEqual([room.id])
    // As an isolate that has not looked yet.
    const db = { prepare: env.DIRECTORY.prepare.bind(env.DIRECTORY), batch: env.DIRECTORY.batch.bind(env.DIRECTORY) }
    await backfillNames(db as D1Database)
    expect(await rooms('offentliche STRASSE')).toEqual([room.id])
    const left = await env.DIRECTORY.prepare(
      'SELECT (SELECT count(*) FROM users WHERE search_key IS NULL) + (SELECT count(*) FROM rooms WHERE search_key IS NULL) AS n',
    ).first<{ n: number }>()
    expect(left?.n).toBe(0)
  })
})

test('a person is found whatever the case, form and accents of what is typed', async () => {
  const who = await signUp('finder', { first_name: 'İpek', last_name: 'Þórsdóttir-Łuczak' })
  for (const text of ['ipek', 'İPEK', 'i̇pek', 'þorsdottir', 'LUCZAK', 'ipek þór', 'ﬁnder', 'FINDER']) {
    expect(await done(get(who, `/api/users/?search=${encodeURIComponent(text)}`)), text).toMatchObject([{ id: who.id }])
  }
  for (const text of ['\u200d', '\u00ad\u2060']) {
    expect(await done(get(who, `/api/users/?search=${encodeURIComponent(text)}`))).toEqual([])
  }
})

test('what a name looks like does not depend on how it is encoded', () => {
  for (const name of ['Zoë', 'ΜΙΚΕ', 'संदीप', 'ﬁn', '한국']) {
    for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
      expect(skeletonsOf(name.normalize(form)).toSorted(), name).toEqual(skeletonsOf(name).toSorted())
    }
    expect(skeletonsOf(name)).toContain(skeletonsOf(caseless(name))[0])
  }
})
