/** Bundles sources of the product into one script that runs in this process. */
import { type BuildOptions, build } from 'esbuild'
import { ROOT } from '../../scripts/wrangler.mjs'

/**
 * @param contents a module of the project's root: what it exports, the script exports
 * @returns the body of a function of `module` and `require`
 */
export async function bundleForNode(
  contents: string,
  options: Pick<BuildOptions, 'define' | 'external' | 'loader' | 'plugins'>,
): Promise<string> {
  const { outputFiles } = await build({
    ...options,
    stdin: { contents, resolveDir: ROOT },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    logLevel: 'silent',
  })
  return (outputFiles[0] as { text: string }).text
}
