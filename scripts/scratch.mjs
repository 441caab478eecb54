/**
 * Where the tests keep what they throw away: in memory where the system offers that. Every commit of an actor waits for
 * the disk, and the tests make some hundred thousand; what a killed process has written stays in memory as on a disk.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** Linux's file system in memory. */
const IN_MEMORY = '/dev/shm'
/** What all the stores, uploads and browser profiles of a run take at most at one time, in bytes. */
const NEEDED = 2 * 2 ** 30

/** Whether files there are in memory, can be made, and find enough room. @param {string} folder */
function offers(folder) {
  try {
    const { bavail, bsize } = fs.statfsSync(folder)
    fs.accessSync(folder, fs.constants.W_OK)
    return bavail * bsize >= NEEDED
  } catch {
    return false
  }
}

/**
 * From now on temporary files of this process, and of those that it starts, are in memory if they can be. They go when
 * this process does. Nothing happens where a folder was named in TMPDIR.
 */
export function scratchInMemory() {
  if (process.env.TMPDIR !== undefined || !offers(IN_MEMORY)) return
  const folder = fs.mkdtempSync(path.join(IN_MEMORY, `parlour-${os.userInfo().username}-`))
  process.env.TMPDIR = folder
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
}
