/**
 * npm runs this before it packs a copy of the repository that it cloned from a git address: it builds the SDK, which is the package.
 * In a working copy it does nothing, so that `npm ci` stays quick.
 */
import path from 'node:path'

// npm clones into its cache. Nothing else tells this run from one of `npm ci`.
if (process.cwd().split(path.sep).includes('_cacache')) {
  const { buildClient } = await import('./build-client.mjs')
  await buildClient()
}
