/**
 * Longest wait, in milliseconds, for something that must happen. It only bounds a fault: what is waited for takes a few
 * milliseconds, and on a machine that is busy with something else as many seconds.
 */
export const PATIENCE = 60_000
