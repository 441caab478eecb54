/** The syntax tree of a message: blocks of lines with inline parts. */

/** @typeParam N identifies what a name in the text stands for: a person, a room */
export type Inline<N = never> =
  | { type: 'text'; text: string }
  | { type: 'strong' | 'em' | 'del'; children: Inline<N>[] }
  | { type: 'code'; text: string }
  /** `href` is an absolute address of http, https or mailto. */
  | { type: 'link'; href: string; children: Inline<N>[] }
  /** `text` is as written, with its sign; `at` is its index in the whole text. */
  | { type: 'name'; text: string; at: number; name: N }

export type Block<N = never> = { blankLines: number } & (
  | { type: 'text'; children: Inline<N>[] }
  /** `language` is the text after the opening fence, or empty. */
  | { type: 'code'; language: string; text: string }
  | { type: 'quote'; children: Block<N>[] }
  | { type: 'list'; ordered: boolean; items: Item<N>[] }
  | { type: 'table'; align: Align[]; head: Inline<N>[][]; rows: Inline<N>[][][] }
)

export interface Item<N = never> {
  /** As written, without the blank after it: "-", "*", "0.", "5)". */
  marker: string
  /** Undefined unless the item is a task. */
  done: boolean | undefined
  children: Block<N>[]
}

/** A parsed block, and the index of the first line after it. */
export interface Part<N> {
  block: Block<N> | null
  end: number
}

export type Align = 'start' | 'center' | 'end' | undefined

/**
 * Finds the name at a sign: a person after an @ or a room after a #, wide forms (＠, ＃) included.
 * @param at the index of the sign in `text`
 * @returns null without a name; `end` is the index after the name
 */
export type FindName<N> = (text: string, at: number) => { end: number; name: N } | null
