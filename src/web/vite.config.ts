/** Builds the web app into dist/web, from where the Worker serves it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin } from 'vite'
import { serviceWorker } from './worker/build.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The parts of the API explorer at /docs/, served by ourselves: a page of ours loads nothing from anybody else. */
const explorer: Plugin = {
  name: 'explorer',
  generateBundle() {
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
      const source = readFileSync(at(`../../node_modules/swagger-ui-dist/${name}`))
      this.emitFile({ type: 'asset', fileName: `docs/${name}`, source })
    }
    // Static files are served with or without the slash, whichever they are named for: the page goes by both names.
    this.emitFile({ type: 'asset', fileName: 'docs.html', source: readFileSync(at('public/docs/index.html')) })
  },
}

export default defineConfig({
  root: at('.'),
  publicDir: at('public'),
  plugins: [explorer, preact({ devToolsEnabled: false, prefreshEnabled: false }), serviceWorker],
  build: {
    outDir: at('../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Those that know light-dark() and :dir() themselves: what stands in for the latter goes by languages.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // The policy of the page allows no inline data but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
