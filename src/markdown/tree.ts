/** What the text of a message becomes: blocks of lines, with inline parts in them. */

/** @typeParam N what stands for something that is named in the text: a person, a room */
export type Inline<N = never> =
  | { type: 'text'; text: string }
  | { type: 'strong' | 'em' | 'del'; children: Inline<N>[] }
  | { type: 'code'; text: string }
  /** `href` is an absolute address of http, https or mailto. */
  | { type: 'link'; href: string; children: Inline<N>[] }
  /** `text` is what was written, with its sign; `at` is where that stands in the whole text. */
  | { type: 'name'; text: string; at: number; name: N }

export type Block<N = never> = { blankLines: number } & (
  | { type: 'text'; children: Inline<N>[] }
  /** `language` is what was written behind the opening fence, or empty. */
  | { type: 'code'; language: string; text: string }
  | { type: 'quote'; children: Block<N>[] }
  | { type: 'list'; ordered: boolean; items: Item<N>[] }
  | { type: 'table'; align: Align[]; head: Inline<N>[][]; rows: Inline<N>[][][] }
)

export interface Item<N = never> {
  /** As it was written, without the blank behind it: "-", "*", "0.", "5)". */
  marker: string
  /** Undefined of what is no task. */
  done: boolean | undefined
  children: Block<N>[]
}

/** A block that was read, and the index of the first line after it. */
export interface Part<N> {
  block: Block<N> | null
  end: number
}

export type Align = 'start' | 'center' | 'end' | undefined

/**
 * Finds what is named at a sign, a person after an @ or a room after a #, wide forms (＠, ＃) included.
 * @param at where the sign stands in `text`
 * @returns null where nothing is named; `end` is the index behind the name
 */
export type FindName<N> = (text: string, at: number) => { end: number; name: N } | null
