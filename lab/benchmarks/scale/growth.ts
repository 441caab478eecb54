/** Measures one operation at each of its sizes, and keeps the reason where a size has no figure. */
import { within } from '../../harness/waiting.ts'

/** What a measurement at one size gave, by the name of the figure. */
export type Values = Record<string, number>

export interface Figure {
  name: string
  unit: string
}

export interface Operation {
  /** Names its plot: docs/scale/<id>.svg. */
  id: string
  title: string
  /** What grows, in words: "messages in the room". */
  axis: string
  sizes: number[]
  figures: Figure[]
  /** What the plot shows; several figures of one unit. */
  plotted: string[]
  /** What a reader must know to judge the figures. */
  note?: string
  /** Makes what is measured, before any time is taken; it is asked for once. */
  ready(): Promise<unknown>
  /** @throws {Error} when the operation did not do its work at this size, which is no figure */
  measure(size: number): Promise<Values>
}

export interface Point {
  size: number
  values?: Values
  error?: string
}

/** An operation, measured. */
export type Growth = Omit<Operation, 'measure' | 'ready'> & { points: Point[]; seconds: number }

/** A point that takes longer hangs, in milliseconds. */
const PATIENCE = 240_000

/** Measures an operation at each of its sizes. A size that fails is reported, and the others go on. */
export async function grow(
  { measure, ready, ...operation }: Operation,
  received: (point: Point) => void,
): Promise<Growth> {
  const points: Point[] = []
  const missing = await ready().then(
    () => undefined,
    (error: Error) => error.message,
  )
  const began = performance.now()
  for (const size of operation.sizes) {
    const point = missing === undefined ? await attempted(size, measure) : { size, error: missing }
    points.push(point)
    received(point)
  }
  return { ...operation, points, seconds: (performance.now() - began) / 1_000 }
}

async function attempted(size: number, measure: Operation['measure']): Promise<Point> {
  try {
    return { size, values: await within(PATIENCE, measure(size)) }
  } catch (error) {
    return { size, error: (error as Error).message }
  }
}
