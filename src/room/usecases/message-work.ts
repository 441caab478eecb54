/** The work that a text causes, in units of a budget. Pure. */
import { COSTS } from '../../actor/budget/costs'
import { LIMITS } from '../../config'

/** The most that a text causes: announcements to the members it mentions, and its length. */
export const textWork = (content: string): number =>
  Math.min(content.split(/[@＠]/).length - 1, LIMITS.mentionsPerMessage) * COSTS.mention + lengthWork(content)

/** The work of storing a text. Most UTF-8 texts take one to three bytes for each unit of their length. */
export const lengthWork = (content: string | null): number => ((content?.length ?? 0) / 1_000) * COSTS.kilobyte
