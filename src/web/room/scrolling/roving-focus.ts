/** Moves the focus between messages by arrow keys, Home and End. */
export function rovingFocus(event: KeyboardEvent): void {
  const area = event.currentTarget as HTMLElement
  const target = event.target as HTMLElement
  if (target.closest('[popover]')) return
  if (target.matches('button, a') && event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  const all = [...area.querySelectorAll<HTMLElement>('article')]
  const from = target.closest<HTMLElement>('article')
  const at = from ? all.indexOf(from) : all.length
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key]
  if (event.altKey || to === undefined || !all[to]) return
  event.preventDefault()
  all[to].focus()
  all[to].scrollIntoView({ block: 'nearest' })
}
