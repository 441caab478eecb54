/** What the README tells a newcomer to type works as it stands there. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/wrangler.mjs'
import { startServer } from './server.ts'

const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const scripts = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')).scripts as Record<string, string>
const run = promisify(execFile)

/** The code block of that language that contains `text`. */
function block(language: string, text: string): string {
  const blocks = [...readme.matchAll(/```(\w+)\n([\s\S]*?)```/g)]
  const found = blocks.find(([, name, code = '']) => name === language && code.includes(text))?.[2]
  if (!found) throw new Error(`README.md has no ${language} block with ${text}`)
  return found
}

describe('the README', () => {
  it('has a row in its table for every command of package.json, and no other', () => {
    const named = [...readme.matchAll(/^\| `npm (?:run )?([\w:]+)` \|/gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(
      Object.keys(scripts)
        .filter((name) => !name.startsWith('pre'))
        .sort(),
    )
  })

  it('holds a first conversation that can be pasted', async () => {
    const server = await startServer()
    const rest = block('sh', '/register/').replace('http://localhost:8787', server.url)
    const { stdout } = await run('bash', ['-euc', `${rest}\necho; echo "$ACCESS $ROOM"`])
    const [answers = '', credentials = ''] = stdout.trimEnd().split('\n')
    expect(answers).toMatch(/"content":"Good evening\.".*"results":\[\{.*"content":"Good evening\."/)

    const [access, room] = credentials.split(' ')
    const live = block('js', 'new WebSocket').replace('ws://localhost:8787', server.socketUrl)
    const heard = `setTimeout(() => socket.close(), 1000)\nconst [access, room] = ${JSON.stringify([access, room])}`
    const { stdout: events } = await run(process.execPath, ['-e', `${heard}\n${live}`])
    expect(events).toContain(`type: 'ready'`)
    expect(events).toContain(`type: 'message.ack'`)
    expect(events).toContain(`type: 'new_message'`)
  })
})
