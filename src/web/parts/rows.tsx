/** The rows of a list, each drawn on its own: one that throws is one row that cannot be shown. */
import type { ComponentChildren } from 'preact'
import { ErrorBoundary } from './error-boundary'

interface Props<T> {
  items: readonly T[]
  keyOf: (item: T, index: number) => string | number
  children: (item: T, index: number) => ComponentChildren
  /** What a row is that cannot be shown. */
  as?: 'div' | 'li'
}

export const Rows = <T,>({ items, keyOf, children, as = 'li' }: Props<T>) => (
  <>
    {items.map((item, index) => (
      <ErrorBoundary key={keyOf(item, index)} of={item} as={as}>
        <Row item={item} index={index} draw={children} />
      </ErrorBoundary>
    ))}
  </>
)

/** A component, so that what its drawing throws reaches the boundary around it and not the list. */
function Row<T>({ item, index, draw }: { item: T; index: number; draw: Props<T>['children'] }) {
  return <>{draw(item, index)}</>
}
