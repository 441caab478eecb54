/** Circles of people: to whom a person allows something. */
import * as z from 'zod'

/** `rooms`: people who share a room with the person, friends among them. */
export const CIRCLES = ['everyone', 'rooms', 'friends', 'nobody'] as const

export const Circle = z.enum(CIRCLES)
export type Circle = z.infer<typeof Circle>
