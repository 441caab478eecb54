/** How the text of a message is read: the one grammar for what is shown, previewed and notified. */
export { parse } from './blocks'
export { namesIn, plainText } from './plain'
export { type Align, type Block, type FindName, type Inline, type Item, isVisible } from './tree'
