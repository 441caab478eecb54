/** Search filters as people type them: `from:ana in:"The garden" has:image before:2026-11-20`. Pure. */

export const FILTERS = ['from', 'in', 'has', 'before', 'after'] as const
export type FilterName = (typeof FILTERS)[number]

export const HAS = ['image', 'file', 'link'] as const
export type Has = (typeof HAS)[number]

/** A resolved filter: `value` is for the server, `label` for people. */
export type Filter = { label: string } & (
  | { name: 'from'; value: number }
  | { name: 'in'; value: number }
  | { name: 'has'; value: Has }
  /** Midnight of a day, in local time. */
  | { name: 'before'; value: Date }
  | { name: 'after'; value: Date }
)

/** A filter as typed, not resolved yet. */
export interface TypedFilter {
  name: FilterName
  value: string
}

const ONE = `(${FILTERS.join('|')}):(?:"([^"]*)"|([^\\s"]+))`
/** A complete filter: a blank follows it. */
const COMPLETE = new RegExp(`(?<=^|\\s)${ONE}\\s+`, 'giu')
const AT_END = new RegExp(`(?<=^|\\s)(${FILTERS.join('|')}):("?)([^"]*)"?$`, 'iu')
const NAME_AT_END = /(?<=^|\s)(\p{L}*)$/u

const typed = (name = '', value = ''): TypedFilter => ({ name: name.toLowerCase() as FilterName, value: value.trim() })

/** Removes complete filters from a text. With `whole`, a filter at the end is complete too. */
export function extractFilters(text: string, whole = false): { rest: string; filters: TypedFilter[] } {
  const filters: TypedFilter[] = []
  const rest = (whole ? `${text} ` : text).replace(COMPLETE, (_, name, quoted, bare) => {
    filters.push(typed(name, quoted ?? bare))
    return ''
  })
  return { rest: whole ? rest.trim() : rest, filters }
}

/** The incomplete filter at the end of a text. */
export function openFilter(text: string): TypedFilter | null {
  const [, name, quote, value] = AT_END.exec(text) ?? []
  // A blank ends a value that is not in quotes.
  if (name === undefined || (!quote && /\s/.test(value ?? ''))) return null
  return typed(name, value)
}

/** The text without the incomplete filter, or beginning of a filter name, at its end. */
export const withoutOpenFilter = (text: string): string => text.replace(openFilter(text) ? AT_END : NAME_AT_END, '')

/** The filter names that begin with the end of the text. */
export function filterNamesAt(text: string): FilterName[] {
  const begun = NAME_AT_END.exec(text)?.[1]?.toLowerCase()
  if (begun === undefined || (begun === '' && text.trim() !== '')) return []
  return FILTERS.filter((name) => name.startsWith(begun))
}

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/

/** Parses a day like 2026-11-20; null if there is no such day. */
export function dayOf(text: string): Date | null {
  const [, year, month, day] = DAY.exec(text)?.map(Number) ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const date = new Date(year, month - 1, day)
  return date.getMonth() === month - 1 && date.getDate() === day ? date : null
}

/** The query parameters of filters. */
export function toQuery(filters: readonly Filter[]) {
  const where: { roomId?: number; senderId?: number; has?: Has; before?: string; after?: string } = {}
  for (const filter of filters) {
    if (filter.name === 'from') where.senderId = filter.value
    else if (filter.name === 'in') where.roomId = filter.value
    else if (filter.name === 'has') where.has = filter.value
    else if (filter.name === 'before') where.before = filter.value.toISOString()
    else where.after = endOf(filter.value).toISOString()
  }
  return where
}

/** The last millisecond of a day, by the calendar, because days differ in length. */
function endOf(day: Date): Date {
  return new Date(new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() - 1)
}
