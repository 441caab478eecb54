/** A list of the administration, with a button for the next page. */
import type { ComponentChildren } from 'preact'
import { Rows } from '../parts/rows'
import { LoadState } from './load-state'
import type { List } from './queries'
import { words } from './words'

interface Props<T> {
  list: List<T>
  empty: string
  label: string
  row: (item: T) => ComponentChildren
}

export function Listing<T>({ list: { items, error, hasMore, more, again }, empty, label, row }: Props<T>) {
  if (!items || error) return <LoadState error={error} again={again} />
  if (items.length === 0)
    return (
      <p class="hint none" role="status">
        {empty}
      </p>
    )
  return (
    <div class="listing">
      <ul aria-label={label}>
        <Rows items={items} keyOf={(_, index) => index}>
          {row}
        </Rows>
      </ul>
      {hasMore && (
        <button type="button" class="secondary" onClick={more}>
          {words.more}
        </button>
      )}
    </div>
  )
}
