/**
 * The shape of a mutation: a bug that somebody might write, as edits of the source, and the trial that must catch it.
 */
/**
 * Replaces one piece of the source. `search` stands exactly once in the declarations called `symbol` (or in `file`, where
 * there are no declarations). Any white space in it stands for any other, `…` for anything up to what follows, and
 * `$name` for a name or a chain of names, which `replace` may repeat: a renamed local variable breaks no edit.
 */
export type Edit = ({ symbol: string; file?: never } | { file: string; symbol?: never }) & {
  search: string
  replace: string
}

export interface Mutation {
  /** The bug, as a sentence about the component that has it. */
  bug: string
  /** The id of the trial that must fail. */
  trial: string
  edits: Edit[]
  /** Options in place of those of the trial's short form. */
  options?: Record<string, number>
}
