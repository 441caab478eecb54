/** How the scripts speak: one line per step, with its time, and one way to say what is wrong and what to do about it. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  colour ? `\u001b[${code}m${text}\u001b[0m` : text
export const bold = paint(1)
export const dim = paint(2)
const green = paint(32)
const red = paint(31)

const TITLE_WIDTH = 38

/** Something the reader can put right. `advice` says how; `details` is what the failed program itself printed. */
export class Trouble extends Error {
  /** @param {string} message @param {string} advice @param {string} [details] */
  constructor(message, advice, details = '') {
    super(message)
    this.advice = advice
    this.details = details
  }
}

/** @param {string} text */
export const say = (text = '') => console.log(text === '' ? '' : `  ${text}`)

/**
 * Does one thing and prints one line about it. `work` may return a few words that stand in place of the time.
 * @template T
 * @param {string} title
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = performance.now()
  if (process.stdout.isTTY) process.stdout.write(`  ${dim('…')} ${title}`)
  const clear = process.stdout.isTTY ? '\r\u001b[2K' : ''
  try {
    const result = await work()
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`
    process.stdout.write(`${clear}  ${green('✓')} ${title.padEnd(TITLE_WIDTH)} ${dim(took)}\n`)
    return result
  } catch (error) {
    process.stdout.write(`${clear}  ${red('✗')} ${title}\n`)
    throw error
  }
}

const DISK_FULL = /ENOSPC|no space left on device|database or disk is full/i

/** Prints what went wrong and how to put it right. @param {unknown} error */
export function explain(error) {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const details = error instanceof Trouble ? error.details : ''
  if (DISK_FULL.test(text) || DISK_FULL.test(details)) {
    error = new Trouble(
      'The disk is full.',
      'Free some space (an installation takes about 700 MB) and run the same again.',
    )
  }
  if (!(error instanceof Trouble)) {
    console.error(text)
    return
  }
  if (error.details) console.error(`\n${error.details.trimEnd()}`)
  console.error(`\n  ${red(bold(error.message))}\n  ${error.advice}\n`)
}

/**
 * Runs a script to its end: troubles are explained, and the process ends with the code that `main` answers.
 * @param {() => Promise<number | void>} main
 */
export async function script(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    explain(error)
    process.exitCode = 1
  }
}
