/** A page beside the list: a head with the way back, and what scrolls below it. */
import type { ComponentChildren } from 'preact'
import { t } from '../words'
import { Boundary } from './boundary'
import { IconButton } from './icon-button'

export function Page({
  title,
  deeds,
  children,
}: {
  title: string
  deeds?: ComponentChildren
  children: ComponentChildren
}) {
  return (
    <div class="page">
      <header class="bar">
        <IconButton icon="back" label={t.room.back} href="/" class="narrow-only" />
        <h2>{title}</h2>
        <Boundary>{deeds}</Boundary>
      </header>
      <div class="scroll">
        <div class="column">
          <Boundary>{children}</Boundary>
        </div>
      </div>
    </div>
  )
}
