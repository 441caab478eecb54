/** What narrows a search, as it is typed. */
import { describe, expect, it } from 'vitest'
import {
  dayOf,
  extractFilters,
  type Filter,
  filterNamesAt,
  openFilter,
  toQuery,
  withoutOpenFilter,
} from '../../src/web/search/filters'

describe('a filter', () => {
  it('is taken out of the text when something follows it, or at the end when the text is whole', () => {
    expect(extractFilters('from:ana plums')).toEqual({ rest: 'plums', filters: [{ name: 'from', value: 'ana' }] })
    expect(extractFilters('plums from:ana')).toEqual({ rest: 'plums from:ana', filters: [] })
    expect(extractFilters('plums FROM:ana', true)).toEqual({ rest: 'plums', filters: [{ name: 'from', value: 'ana' }] })
  })

  it('has blanks in quotes only', () => {
    expect(extractFilters('in:"The garden" has:image ripe').filters).toEqual([
      { name: 'in', value: 'The garden' },
      { name: 'has', value: 'image' },
    ])
    expect(openFilter('in:"The gar')).toEqual({ name: 'in', value: 'The gar' })
    expect(openFilter('in:The gar')).toBeNull()
  })

  it('is none within a word, nor without a value', () => {
    for (const text of ['https://example.com ', 'begin:here ', 'from: ana ', 'mailto:ana '])
      expect(extractFilters(text), text).toEqual({ rest: text, filters: [] })
  })

  it('is suggested by how it begins, and gives way to what is chosen', () => {
    expect(filterNamesAt('')).toEqual(['from', 'in', 'has', 'before', 'after'])
    expect(filterNamesAt('ripe plums ')).toEqual([])
    expect(filterNamesAt('ripe b')).toEqual(['before'])
    expect(withoutOpenFilter('ripe b')).toBe('ripe ')
    expect(withoutOpenFilter('ripe from:"An')).toBe('ripe ')
  })
})

describe('a day', () => {
  it('is one of the calendar', () => {
    expect(dayOf('2026-11-20')).toEqual(new Date(2026, 10, 20))
    for (const text of ['2026-02-30', '2026-13-01', '20.11.2026', 'today', '']) expect(dayOf(text), text).toBeNull()
  })

  it('is itself neither before nor after itself', () => {
    const day = new Date(2026, 10, 20)
    const filters: Filter[] = [
      { name: 'before', value: day, label: '' },
      { name: 'after', value: day, label: '' },
    ]
    const { before = '', after = '' } = toQuery(filters)
    expect(Date.parse(before)).toBe(day.getTime())
    expect(Date.parse(after)).toBe(new Date(2026, 10, 21).getTime() - 1)
  })
})
