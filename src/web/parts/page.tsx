/** A page beside the room list: a header with a back button, and scrolling content. */
import type { ComponentChildren } from 'preact'
import { t } from '../words'
import { ErrorBoundary } from './error-boundary'
import { IconButton } from './icon-button'

export function Page({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ComponentChildren
  children: ComponentChildren
}) {
  return (
    <div class="page">
      <header class="bar">
        <IconButton icon="back" label={t.room.back} href="/" class="narrow-only" />
        <h2>{title}</h2>
        <ErrorBoundary>{actions}</ErrorBoundary>
      </header>
      <div class="scroll">
        <div class="column">
          <ErrorBoundary>{children}</ErrorBoundary>
        </div>
      </div>
    </div>
  )
}
