/** The grammar of message texts: one for display, previews and notifications. */
export { isVisible } from '../protocol/text'
export { parse } from './blocks'
export { destination } from './destination'
export { mentionsIn } from './mentions'
export { findNames as namedIn, namesIn, plainText } from './plain'
export type { Align, Block, FindName, Inline, Item } from './tree'
