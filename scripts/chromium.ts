/** Chromium as the tests and the screenshots use it: the one that is installed, keeping to itself. */
import fs from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/** Where a distribution puts it; CHROMIUM names another place. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** The same without a desktop around it: pages are what they are there, for less than half the work. */
const SHELL = '/usr/bin/chromium-headless-shell'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const QUIET = ['--disable-component-update', '--disable-sync']

interface Wanted {
  /** With all that a desktop has of it, such as its notifications. Without this it may be the shell. */
  desktop: boolean
}

/** @throws {Error} when there is none */
export async function launch({ desktop }: Wanted): Promise<Browser> {
  const { CHROMIUM } = process.env
  const places = CHROMIUM ? [CHROMIUM] : desktop ? PLACES : [SHELL, ...PLACES]
  const executablePath = places.find((place) => fs.existsSync(place))
  if (!executablePath) throw new Error('Chromium is not installed: apt-get install chromium, or name it in CHROMIUM.')
  return chromium.launch({ executablePath, args: [...FLAGS, ...QUIET] })
}
