/** How the text of a message is read: the one grammar for what is shown, previewed and notified. */
export { isVisible } from '../protocol/text'
export { parse } from './blocks'
export { destination } from './destination'
export { mentionsIn } from './mentions'
export { findNames as namedIn, namesIn, plainText } from './plain'
export type { Align, Block, FindName, Inline, Item } from './tree'
