/** URLs of images, and ids of uploads: what is signed in them, for how long, and for whom. */
import { afterEach, expect, test, vi } from 'vitest'
import { TIMES } from '../../src/config'
import { type Attachment, readUploadId, uploadId } from '../../src/media/upload-id'
import { imageUrl, newKey, ownerOf, urlPermission } from '../../src/media/urls'
import { LIMITS } from '../../src/protocol'

const ORIGIN = 'http://parlour.test'
const OWNER = 4_503_599_627_370_497
const NOW = Date.UTC(2026, 0, 31, 13, 7)

const at = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: time })
afterEach(() => void vi.useRealTimers())

/** What a URL permits at a time. */
function permitted(url: string, time: number) {
  const { pathname, searchParams } = new URL(url)
  return urlPermission(pathname.replace('/media/', ''), Object.fromEntries(searchParams), time)
}

test('keys name their owner, and nothing else of them can be guessed', () => {
  const keys = Array.from({ length: 100 }, () => newKey(OWNER))
  expect(new Set(keys).size).toBe(100)
  for (const key of keys) {
    expect(key).toMatch(/^4503599627370497\/[\w-]{22}$/)
    expect(ownerOf(key)).toBe(OWNER)
  }
})

test('no image has no URL', () => {
  expect(imageUrl(ORIGIN, null)).toBeNull()
})

test('a URL works for a day at least, and for a day and a half at most', () => {
  at(NOW)
  const url = imageUrl(ORIGIN, newKey(OWNER))
  expect(permitted(url, NOW)).toHaveProperty('expires')
  expect(permitted(url, NOW + TIMES.mediaUrl - 1)).toHaveProperty('expires')
  expect(permitted(url, NOW + TIMES.mediaUrl * 1.5)).toBe('expired')
})

test('a URL stays the same for hours, and is another one the next day', () => {
  at(NOW)
  const key = newKey(OWNER)
  const url = imageUrl(ORIGIN, key)
  at(NOW + TIMES.mediaUrl / 4)
  expect(imageUrl(ORIGIN, key)).toBe(url)
  at(NOW + TIMES.mediaUrl)
  expect(imageUrl(ORIGIN, key)).not.toBe(url)
})

test('a URL that was changed anywhere permits nothing', () => {
  at(NOW)
  const key = newKey(OWNER)
  const url = new URL(imageUrl(ORIGIN, key))
  const { expires = '', signature = '' } = Object.fromEntries(url.searchParams)
  const turned = (text: string, place: number) =>
    text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1)
  expect(urlPermission(key, { expires, signature }, NOW)).toHaveProperty('expires')
  for (const query of [
    { expires: String(Number(expires) + 1), signature },
    { expires: `0${expires}`, signature: signature.slice(1) },
    { expires: '', signature },
    { signature },
    { expires },
    { expires, signature: '' },
    { expires, signature: `${signature}A` },
    ...Array.from(signature, (_, place) => ({ expires, signature: turned(signature, place) })),
  ]) {
    expect(urlPermission(key, query, NOW)).toBe('forged')
  }
  expect(urlPermission(newKey(OWNER), { expires, signature }, NOW)).toBe('forged')
  for (const other of ['../secret', `${key}/../x`, key.replace(String(OWNER), String(OWNER + 1)), '']) {
    expect(urlPermission(other, { expires, signature }, NOW)).toBe('forged')
  }
})

const PHOTO: Attachment = { key: newKey(OWNER), name: '', type: 'image/png', size: 9, width: 3, height: 4 }

test('an upload’s id says what it is to whoever uploaded it, for a day', () => {
  const id = uploadId('image', PHOTO, NOW)
  expect(readUploadId(id, 'image', OWNER, NOW)).toEqual(PHOTO)
  expect(readUploadId(id, 'image', OWNER, NOW + TIMES.upload - 1)).toEqual(PHOTO)
  expect(readUploadId(id, 'image', OWNER, NOW + TIMES.upload)).toBeUndefined()
})

test('an upload’s id is nothing to others, as something else, or when it was changed', () => {
  const id = uploadId('image', PHOTO, NOW)
  expect(readUploadId(id, 'image', OWNER + 1, NOW)).toBeUndefined()
  expect(readUploadId(id, 'file', OWNER, NOW)).toBeUndefined()
  const [claims = '', signature = ''] = id.split('.')
  const forged = Buffer.from(JSON.stringify({ ...PHOTO, kind: 'image', expires: NOW * 2 })).toString('base64url')
  for (const other of ['', '.', claims, `${claims}.`, `.${signature}`, `${forged}.${signature}`, `${id}.x`, `${id}A`]) {
    expect(readUploadId(other, 'image', OWNER, NOW)).toBeUndefined()
  }
})

test('the longest name fits into an id', () => {
  const id = uploadId('file', { ...PHOTO, name: '数'.repeat(LIMITS.fileNameLength) }, NOW)
  expect(id.length).toBeLessThanOrEqual(LIMITS.uploadIdLength)
})
