/** Makes the page smaller while the keyboard of a touch screen covers a part of it. */
const { visualViewport } = window

function fitPage(): void {
  if (!visualViewport) return
  const { height, scale } = visualViewport
  const { style } = document.documentElement
  // A magnified page keeps its height.
  if (scale === 1 && height < innerHeight - 1) {
    style.setProperty('--visible', `${height}px`)
    // The browser has scrolled to show the field, which is not needed any more.
    scrollTo(0, 0)
  } else style.removeProperty('--visible')
}

/** Keeps the height of the page equal to its visible part. */
export function watchViewport(): void {
  visualViewport?.addEventListener('resize', fitPage)
}
