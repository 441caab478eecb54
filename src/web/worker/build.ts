/** Builds the service worker after the app, because it needs the list of the app's files. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Plugin, transformWithOxc } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A fixed name: browsers request it again to find a new build. */
const NAME = 'service-worker.js'
/** The API explorer is not cached. */
const NOT_KEPT = /^(docs|_headers)/

export const serviceWorker: Plugin = {
  name: 'service-worker',
  apply: 'build',
  async generateBundle(_, bundle) {
    const made = Object.values(bundle)
      .map((file) => ({ name: file.fileName, content: file.type === 'chunk' ? file.code : file.source }))
      .filter(({ name }) => !NOT_KEPT.test(name) && !name.endsWith('.html'))
    const copied = readdirSync(at('../public'), { withFileTypes: true })
      .filter((entry) => entry.isFile() && !NOT_KEPT.test(entry.name))
      .map(({ name }) => ({ name, content: readFileSync(at(`../public/${name}`)) }))
    const files = [...made, ...copied]
    const page = bundle['index.html']
    const source = readFileSync(at('service-worker.ts'), 'utf8')
    const version = createHash('sha256').update(source)
    for (const { name, content } of files) version.update(name).update(content)
    if (page?.type === 'asset') version.update(page.source)
    const { code } = await transformWithOxc(source, 'service-worker.ts', { target: 'es2022' })
    const constants = {
      FILES: ['/', ...files.map(({ name }) => `/${name}`).sort()],
      VERSION: version.digest('hex').slice(0, 12),
    }
    const declared = Object.entries(constants).map(([name, value]) => `const ${name} = ${JSON.stringify(value)}\n`)
    this.emitFile({ type: 'asset', fileName: NAME, source: declared.join('') + code })
  },
}
