/**
 * What the platform bills, at list price, without what the plan includes: developers.cloudflare.com, read in November 2026:
 * durable-objects/platform/pricing, d1/platform/pricing, workers/platform/pricing, workers/observability/logs/workers-logs,
 * r2/pricing; the Email Service as its changelog of 2026-04-16 and the plan have it, 3,000 mails included.
 */
export const PRICES = {
  /** A request to the Worker. */
  worker: 0.3e-6,
  /** A millisecond of the Worker's processor time. */
  cpu: 0.02e-6,
  /** A line of Workers Logs. */
  log: 0.6e-6,
  /** A request to an actor: a call, an upgrade, an alarm; twenty WebSocket messages. */
  request: 0.15e-6,
  frame: 0.15e-6 / 20,
  /** A gigabyte-second of an actor that runs, or waits for something and cannot hibernate. */
  duration: 12.5e-6,
  written: 1e-6,
  read: 0.001e-6,
  /** R2: a write or list, a read; an object removed is free. */
  classA: 4.5e-6,
  classB: 0.36e-6,
  /** A gigabyte for a month, in R2 and in an actor. */
  stored: 0.015,
  kept: 0.2,
  mail: 0.35e-3,
} as const

/** Gigabytes that each actor is billed for while it runs. */
export const GIGABYTES = 0.128

/**
 * How long things take on the platform, in seconds, where the local runtime cannot show it: an event that an actor handles
 * (as in the platform's own example), an answer that it waits for. Timers count as long as they are set.
 */
export const TAKES = { event: 0.01, answer: 0.05 } as const

/** Processor time of a request to the Worker, in milliseconds; with a password to check, in full. */
export const CPU = { request: 5, password: 120 } as const
