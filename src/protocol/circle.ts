/** Circles: the people whom a privacy setting admits. */
import * as z from 'zod'

/** `rooms` admits people who share a room with the person, and friends. */
export const CIRCLES = ['everyone', 'rooms', 'friends', 'nobody'] as const

export const Circle = z.enum(CIRCLES)
export type Circle = z.infer<typeof Circle>
