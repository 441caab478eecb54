/** The keyboard of a touch screen: where it lies over the page instead of making it smaller, the page does that itself. */
const { visualViewport } = window

function fitPage(): void {
  if (!visualViewport) return
  const { height, scale } = visualViewport
  const { style } = document.documentElement
  // Whoever magnifies the page sees less of it, and it is to stay as it is.
  if (scale === 1 && height < innerHeight - 1) {
    style.setProperty('--visible', `${height}px`)
    // What the browser has pushed up to show the field is in sight without that.
    scrollTo(0, 0)
  } else style.removeProperty('--visible')
}

/** From now on the page is as high as what can be seen of it. */
export function watchViewport(): void {
  visualViewport?.addEventListener('resize', fitPage)
}
