/** The rows of a list, each in its own error boundary. */
import type { ComponentChildren } from 'preact'
import { ErrorBoundary } from './error-boundary'

interface Props<T> {
  items: readonly T[]
  keyOf: (item: T, index: number) => string | number
  children: (item: T, index: number) => ComponentChildren
  /** The element of the notice in place of a row that throws. */
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

/** A component of its own, so that the boundary around it catches what it throws. */
function Row<T>({ item, index, draw }: { item: T; index: number; draw: Props<T>['children'] }) {
  return <>{draw(item, index)}</>
}
