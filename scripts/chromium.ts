/** Chromium as the tests and the screenshots use it: the one that is installed, keeping to itself. */
import fs from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where a distribution puts it; CHROMIUM names another place. */
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const QUIET = ['--disable-component-update', '--disable-sync']

/** @throws {Error} when there is none */
export async function launch(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place && fs.existsSync(place))
  if (!executablePath) throw new Error('Chromium is not installed: apt-get install chromium, or name it in CHROMIUM.')
  return chromium.launch({ executablePath, args: [...FLAGS, ...QUIET] })
}
