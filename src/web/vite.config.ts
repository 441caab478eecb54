/** Builds the web app into dist/web, which the Worker serves. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import preact from '@preact/preset-vite'
import { defineConfig, type Plugin } from 'vite'
import { serviceWorker } from './worker/build.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Copies the parts of the API explorer at /docs/, because the app loads nothing from other origins. */
const explorer: Plugin = {
  name: 'explorer',
  generateBundle() {
    for (const name of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
      const source = readFileSync(at(`../../node_modules/swagger-ui-dist/${name}`))
      this.emitFile({ type: 'asset', fileName: `docs/${name}`, source })
    }
    // Static files are served with or without the final slash, depending on their name, so the page has both names.
    this.emitFile({ type: 'asset', fileName: 'docs.html', source: readFileSync(at('public/docs/index.html')) })
  },
}

/** What the first page needs and lazy parts share is one file: many small ones compress worse. The lazy parts are the rest. */
const FIRST =
  /node_modules\/(@?preact|virtua)|src\/(markdown|protocol|client)\/|src\/web\/(parts|people|search|notifications|rooms|offline|entrance|words\/(en|index|server)|room\/(messages|composer|scrolling|mentions|room-|typing|read-only))\/?|src\/web\/[a-z-]+\.tsx?$/

export default defineConfig({
  root: at('.'),
  publicDir: at('public'),
  plugins: [explorer, preact({ devToolsEnabled: false, prefreshEnabled: false }), serviceWorker],
  build: {
    outDir: at('../../dist/web'),
    emptyOutDir: true,
    target: 'es2022',
    // Browsers with light-dark() and :dir(): the fallback for :dir() depends on languages.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // The Content-Security-Policy allows inline data only for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', test: FIRST }] } } },
  },
})
