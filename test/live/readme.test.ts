/** The README's session by hand, run as it is printed, against a real server. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { tethered } from '../../scripts/tether.mjs'
import { environment, ROOT } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')

/** Where the README's server is. */
const PRINTED = 'localhost:8787'
/** Printed by the shell after each block. */
const SEAM = '--- end of block ---'

interface Block {
  commands: string
  /** What the README says that they print; undefined where it says nothing. */
  output: string | undefined
}

/** Each block of commands marked as part of the session, with the block of output that follows it. */
function sessionIn(text: string): Block[] {
  const blocks = [...text.matchAll(/```sh session\n(.*?)```\n(?:\n```text\n(.*?)```\n)?/gs)]
  return blocks.map(([, commands = '', output]) => ({ commands, output }))
}

/** Runs the blocks one after the other in one shell. @returns what each printed */
async function run(blocks: Block[], host: string): Promise<string[]> {
  const script = blocks.map(({ commands }) => `${commands}echo '${SEAM}'\n`).join('')
  const { child, exited } = tethered('bash', ['-euo', 'pipefail', '-c', script.replaceAll(PRINTED, host)], {
    cwd: ROOT,
    env: environment(),
    output: 'pipe',
  })
  let output = ''
  let errors = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  // What npm warns of on a machine is no part of it.
  if ((await exited) !== 0) throw new Error(`The session ended early:\n${output}\n${errors}`)
  return output.split(`${SEAM}\n`).slice(0, -1)
}

describe('the README', () => {
  const blocks = sessionIn(readme)

  it('has a session that registers, signs in, makes a room, sends, reads and listens', () => {
    const commands = blocks.map((block) => block.commands).join()
    for (const step of ['/register/', '/login/', '/chatrooms/', '/messages/', '/mark_as_read/', 'new WebSocket(']) {
      expect(commands).toContain(step)
    }
    expect(blocks.filter(({ output }) => output !== undefined).length).toBeGreaterThanOrEqual(5)
  })

  it('prints what its commands print', async () => {
    const server = await startServer({ entry: 'src/index.ts' })
    const printed = await run(blocks, new URL(server.url).host)
    expect(printed).toEqual(blocks.map(({ output }, place) => output ?? printed[place]))
  })

  it('leads to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, file = '']) => file)
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([])
  })
})
