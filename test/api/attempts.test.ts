/** Guessing passwords: counted by name, device and network, with growing delays, and without revealing accounts. */
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, test, vi } from 'vitest'
import { networkOf } from '../../src/api/usecases/device'
import { RATES } from '../../src/config'
import { type Attempt, clearAttempts, countAttempts, uncountAttempts } from '../../src/directory/accounts/attempts'
import { PASSWORD, type Someone } from '../support/api'
import { withRates } from '../support/rates'
import { type Answer, ask, cast, forward, presentTime } from '../support/world'

withRates()
afterEach(presentTime)

const HERE = { 'CF-Connecting-IP': '192.0.2.1' }
const ELSEWHERE = { 'CF-Connecting-IP': '198.51.100.7' }

const login = (who: Someone, password: string, headers: Record<string, string> = HERE, more: object = {}) =>
  ask('POST', '/api/login/', { body: { identifier: who.username, password, ...more }, headers })

/** Sends `count` requests at once. @returns how many were answered with `status` */
async function many(times: number, each: (n: number) => Promise<Answer>, status: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: times }, (_, n) => each(n)))
  return answers.filter((answer) => answer.status === status).length
}

/** Stops the clock until the test is over: what is given back as time goes by would blur the figures. */
const stopTime = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
const forget = () => env.DIRECTORY.prepare('DELETE FROM attempts').run()

function expectRefusal(answer: Answer): number {
  expect(answer.status).toBe(429)
  expect(answer.body).toEqual({ code: 'rate_limited', detail: expect.any(String) })
  const wait = Number(answer.headers.get('Retry-After'))
  expect(wait).toBeGreaterThan(0)
  return wait
}

describe('guessing a password', () => {
  it('ends after ten tries, however many come at once, and the right one is refused as well', async () => {
    const { victim } = await cast('victim')
    stopTime()
    expect(await many(RATES.login.limit * 2, () => login(victim, 'wrong'), 400)).toBe(RATES.login.limit)
    expectRefusal(await login(victim, PASSWORD))
  })

  it('counts a name however it is written, and on a whole /24 of IPv4 or /48 of IPv6', async () => {
    const { someone } = await cast('someone')
    for (const network of ['203.0.113.', '2001:db8:7:']) {
      stopTime()
      const from = (n: number) => ({
        'CF-Connecting-IP': network.includes('.') ? `${network}${n}` : `${network}${n.toString(16)}::${n}`,
        'User-Agent': `Agent/${n}`,
      })
      const names = ['someone', 'SOMEONE', 'ｓｏｍｅｏｎｅ']
      const guess = (n: number) => login({ username: names[n % 3] } as Someone, 'wrong', from(n))
      expect(await many(120, guess, 400)).toBe(RATES.login.limit)
      expectRefusal(await login(someone, PASSWORD, from(200)))
    }
  })

  it('locks its victim out nowhere else, and nobody else here', async () => {
    const { target, neighbour } = await cast('target', 'neighbour')
    stopTime()
    await many(RATES.login.limit, () => login(target, 'wrong'), 400)
    expect((await login(target, PASSWORD)).status).toBe(429)
    expect((await login(target, PASSWORD, ELSEWHERE)).status).toBe(200)
    expect((await login(neighbour, PASSWORD)).status).toBe(200)
  })

  it('is followed by delays that double, up to an hour, and is forgotten when the right one comes', async () => {
    const { patient } = await cast('patient')
    await many(RATES.login.limit, () => login(patient, 'wrong', ELSEWHERE), 400)
    const waits: number[] = []
    for (let n = 0; n < 9; n++) {
      const wait = expectRefusal(await login(patient, 'wrong', ELSEWHERE))
      waits.push(wait)
      // The clock runs on meanwhile.
      forward(wait * 1_000 - 10_000)
      expectRefusal(await login(patient, PASSWORD, ELSEWHERE))
      forward(10_000)
      expect((await login(patient, 'wrong', ELSEWHERE)).status).toBe(400)
    }
    const minute = RATES.login.first / 1_000
    // The clock ran on meanwhile.
    expect(waits.slice(0, 5).map((wait) => Math.round(wait / minute))).toEqual([1, 2, 4, 8, 16])
    expect(Math.max(...waits)).toBeLessThanOrEqual(RATES.login.most / 1_000)
    forward(expectRefusal(await login(patient, PASSWORD, ELSEWHERE)) * 1_000)
    expect((await login(patient, PASSWORD, ELSEWHERE)).status).toBe(200)
    expect(await many(RATES.login.limit, () => login(patient, 'wrong', ELSEWHERE), 400)).toBe(RATES.login.limit)
  })

  it('of an account that does not exist is refused alike', async () => {
    const nobody = { username: 'nobody-at-all', email: 'nobody@parlour.test' } as Someone
    expect(await many(RATES.login.limit + 3, () => login(nobody, 'wrong'), 400)).toBe(RATES.login.limit)
    expectRefusal(await login(nobody, 'wrong'))
  })

  it('does not tell which name belongs to which address: one’s tries are none of the other’s', async () => {
    const { famous, other } = await cast('famous', 'other')
    stopTime()
    await many(RATES.login.limit, () => login(famous, 'wrong'), 400)
    expectRefusal(await login(famous, 'wrong'))
    const by = (identifier: string) =>
      ask('POST', '/api/login/', { body: { identifier, password: 'wrong' }, headers: HERE })
    const statuses = [famous.email, other.email, 'nobody@else.test', 'noone', other.username].map(by)
    expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual(Array(5).fill(400))
    // The other name has as many tries, and they end as well.
    expect(await many(RATES.login.limit + 5, () => by(famous.email), 400)).toBe(RATES.login.limit - 1)
  })

  it('does not tell so on a device that has signed in before either', async () => {
    const { local, resident } = await cast('local', 'resident')
    stopTime()
    const by = (identifier: string) => ask('POST', '/api/login/', { body: { identifier, password: 'wrong' } })
    expect(await many(RATES.login.limit + 3, () => by(local.username), 400)).toBe(RATES.login.limit)
    expectRefusal(await by(local.username))
    const others = await Promise.all([local.email, resident.email, 'nobody@at.test', resident.username].map(by))
    expect(others.map(({ status }) => status)).toEqual(Array(4).fill(400))
  })

  it('of one name from everywhere ends as well', async () => {
    const { hunted } = await cast('hunted')
    stopTime()
    const from = (n: number) => ({ 'CF-Connecting-IP': `198.${n >> 8}.${n & 255}.1`, 'User-Agent': `Agent/${n}` })
    const { limit } = RATES.loginName
    expect(await many(limit + 20, (n) => login(hunted, 'wrong', from(n)), 400)).toBe(limit)
    expectRefusal(await login(hunted, PASSWORD, from(999)))
  })

  it('of many names from one network ends as well, whatever device it says it is', async () => {
    await forget()
    stopTime()
    const { limit } = RATES.loginAddress
    const guess = (n: number) =>
      login({ username: `somebody-${n}` } as Someone, 'wrong', { ...HERE, 'User-Agent': `A/${n}` })
    expect(await many(limit + 20, guess, 400)).toBe(limit)
    expectRefusal(await guess(999))
    expect((await login({ username: 'somebody-1' } as Someone, 'wrong', ELSEWHERE)).status).toBe(400)
    await forget()
  })

  it('is not what the right password is counted as', async () => {
    const { owner } = await cast('owner')
    for (let n = 0; n < RATES.login.limit + 5; n++) expect((await login(owner, PASSWORD)).status).toBe(200)
    const left = await env.DIRECTORY.prepare('SELECT count(*) AS n FROM attempts WHERE next_at > ?')
      .bind(Date.now())
      .first('n')
    expect(left).toBe(0)
  })

  it('leaves nothing behind that tells who came from where, nor anything for long', async () => {
    await forget()
    await login({ username: 'trace' } as Someone, 'wrong', { 'CF-Connecting-IP': '203.0.113.9' })
    const rows = async () => (await env.DIRECTORY.prepare('SELECT * FROM attempts').all<{ subject: string }>()).results
    expect((await rows()).length).toBe(3)
    for (const { subject } of await rows()) expect(subject).toMatch(/^[\w-]{43}$/)
    forward(RATES.loginName.per)
    await login({ username: 'other-trace' } as Someone, 'wrong')
    expect(await rows()).toHaveLength(3)
    const devices = (await env.DIRECTORY.prepare('SELECT device_id FROM known_devices').all<{ device_id: string }>())
      .results
    for (const { device_id } of devices) expect(device_id).toMatch(/^[\w-]{43}$/)
  })
})

describe('a device that has signed in before', () => {
  it('gets in with the right password, whatever others do on its network and with its name', async () => {
    const { colleague } = await cast('colleague')
    expect((await login(colleague, PASSWORD)).status).toBe(200)
    stopTime()
    const others = (n: number) =>
      login({ username: `other-${n}` } as Someone, 'wrong', { ...HERE, 'User-Agent': `A/${n}` })
    await many(RATES.loginAddress.limit + 4, others, 400)
    const from = (n: number) => ({ 'CF-Connecting-IP': `198.${n >> 8}.${n & 255}.1`, 'User-Agent': `Agent/${n}` })
    await many(RATES.loginName.limit + 4, (n) => login(colleague, 'wrong', from(n)), 400)
    expectRefusal(await login(colleague, PASSWORD, { ...HERE, 'User-Agent': 'new' }))
    expect((await login(colleague, PASSWORD)).status).toBe(200)
    await forget()
  })

  it('is known by its key on any network, where somebody beside it with the same agent is not', async () => {
    const { traveller } = await cast('traveller')
    const key = { device_key: 'a-key-of-one-device-0001' }
    expect((await login(traveller, PASSWORD, HERE, key)).status).toBe(200)
    stopTime()
    await many(RATES.login.limit + 1, () => login(traveller, 'wrong', ELSEWHERE), 400)
    expectRefusal(await login(traveller, PASSWORD, ELSEWHERE))
    expectRefusal(await login(traveller, PASSWORD, ELSEWHERE, { device_key: 'a-key-of-another-device-2' }))
    expect((await login(traveller, PASSWORD, ELSEWHERE, key)).status).toBe(200)
  })

  it('has as many tries as any other under each of its names', async () => {
    const { careless } = await cast('careless')
    expect((await login(careless, PASSWORD)).status).toBe(200)
    stopTime()
    const by = (username: string) => login({ username } as Someone, 'wrong')
    for (const name of [careless.username, careless.email]) {
      expect(await many(RATES.login.limit + 5, () => by(name), 400)).toBe(RATES.login.limit)
      expectRefusal(await login({ username: name } as Someone, PASSWORD))
    }
  })

  it('is known no more once the password is another, but for the one that changed it', async () => {
    const { moved } = await cast('moved')
    await login(moved, PASSWORD, ELSEWHERE)
    const phone = (await login(moved, PASSWORD, HERE)).body
    const known = async () =>
      (await env.DIRECTORY.prepare('SELECT count(*) AS n FROM known_devices WHERE user_id = ?')
        .bind(moved.id)
        .first('n')) as number
    expect(await known()).toBe(3)
    const body = { old_password: PASSWORD, new_password: 'another long password' }
    await ask('PATCH', '/api/profile/', { token: phone.access, body, headers: HERE })
    expect(await known()).toBe(1)
  })

  it('is one of twenty at most, the last seen', async () => {
    const { nomad } = await cast('nomad')
    for (let n = 0; n < 25; n++) {
      forward(1_000)
      await login(nomad, PASSWORD, { 'CF-Connecting-IP': `10.77.${n}.1` })
    }
    const devices = await env.DIRECTORY.prepare('SELECT seen_at FROM known_devices WHERE user_id = ?')
      .bind(nomad.id)
      .all()
    expect(devices.results).toHaveLength(20)
  })
})

describe('the count of tries', () => {
  const pace = { limit: 3, per: 30_000, first: 1_000, most: 5_000 }
  const NOW = 1_000_000_000_000
  const of = (subject: string): Attempt => ({ subject, pace })
  const db = env.DIRECTORY
  const row = (subject: string) =>
    db.prepare('SELECT until, next_at FROM attempts WHERE subject = ?').bind(subject).first()

  test('lets the limit through at once, then one after each delay, and gives back over time', async () => {
    const waits: number[] = []
    let now = NOW
    for (let n = 0; n < 8; n++) {
      const { wait } = await countAttempts(db, [of('paced')], now)
      waits.push(wait)
      now += wait
      if (wait > 0) expect((await countAttempts(db, [of('paced')], now)).wait).toBe(0)
    }
    expect(waits).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 5_000, 5_000])
    // Each 10 s one is given back.
    expect((await countAttempts(db, [of('paced')], now + 10 * pace.per)).wait).toBe(0)
    expect((await countAttempts(db, [of('paced')], now + 10 * pace.per)).wait).toBe(0)
  })

  test('counts none where one has to wait, and takes back only what a try began', async () => {
    for (let n = 0; n < 3; n++) await countAttempts(db, [of('full')], NOW)
    const { wait, counted } = await countAttempts(db, [of('empty'), of('full')], NOW)
    expect([wait, counted]).toEqual([1_000, []])
    expect(await row('empty')).toMatchObject({ until: NOW })

    const early = (await countAttempts(db, [of('shared')], NOW)).counted
    await countAttempts(db, [of('shared')], NOW)
    await countAttempts(db, [of('shared')], NOW)
    const delayed = await row('shared')
    await uncountAttempts(db, early)
    expect(await row('shared')).toEqual({ ...delayed, until: NOW + 20_000 })
    await clearAttempts(db, 'shared')
    expect(await row('shared')).toBeNull()
  })

  test('is exact however many come at once', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => countAttempts(db, [of('crowd')], NOW)))
    expect(all.filter(({ wait }) => wait === 0)).toHaveLength(pace.limit)
  })
})

describe('an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2'],
    ['::ffff:192.0.2.1', '192.0.2'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1'],
    ['2001:0db8:0001:0002::6', '2001:db8:1'],
    ['2001:db8::1', '2001:db8:0'],
    ['::1', '0:0:0'],
    ['', ''],
  ])('%s belongs to %s', (address, part) => {
    expect(networkOf(address)).toBe(part)
  })
})
