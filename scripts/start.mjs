/** `npm start`: from a fresh clone to a running server. PORT, and arguments after `--`, reach `wrangler dev`; `--empty` makes no demo accounts. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { portTaken } from './ports.mjs'
import { optionalSecrets, prepareToRun, prepareToServe, readVars } from './setup.mjs'
import { bold, dim, say, script, step, Trouble } from './steps.mjs'
import { stopOnSignals, tethered } from './tether.mjs'
import { environment, projectNode, ROOT, serve } from './wrangler.mjs'

/** Ours; all the others are Wrangler's. */
const EMPTY = '--empty'
const given = process.argv.slice(2)
const args = given.filter((arg) => arg !== EMPTY)

/** The value of `--name value` or `--name=value` among the arguments. @param {string} name */
function argument(name) {
  const place = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`))
  return args[place]?.split('=')[1] ?? (place < 0 ? undefined : args[place + 1])
}

/** @throws {Trouble} when the port is not one, or somebody has it */
async function choosePort() {
  const port = Number(argument('port') ?? process.env.PORT ?? 8787)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Trouble('PORT must be a number from 1 to 65535.', 'For example: PORT=8788 npm start')
  }
  if (await portTaken(port)) {
    throw new Trouble(
      `Port ${port} is taken by another program, perhaps by this one in another terminal.`,
      `Stop that, or take another port: PORT=${port + 1} npm start`,
    )
  }
  return port
}

/** Fills an empty store with people to try it out as. @param {string} url */
async function seed(url) {
  const script = fileURLToPath(new URL('seed.ts', import.meta.url))
  await tethered(projectNode(), [script, '--when-empty', '--url', url], { cwd: ROOT, env: environment() }).exited
}

stopOnSignals()
await script(async () => {
  say()
  say(bold('Parlour'))
  const port = await choosePort()
  await prepareToRun()
  await prepareToServe(argument('persist-to'))

  const secrets = optionalSecrets(readVars(path.join(ROOT, '.dev.vars')))
  let ready = false
  const server = await step('Starting the server', () =>
    // Until it is ready its chatter is kept back; if it never is, the trouble shows it.
    serve({ port, args: [...secrets, ...args], onOutput: (text) => ready && process.stdout.write(text) }),
  )
  say()
  say(`Open   ${bold(server.url)}`)
  say(`Mail   ${server.url}/dev/mail/   ${dim('codes and messages that would be sent')}`)
  say(`Stop   Ctrl-C   ${dim('data stays in .wrangler/state; npm run reset removes it')}`)
  say()
  // The address is good already, and stays in sight: what the server says of the demo accounts' doings is not shown.
  void (given.includes(EMPTY) ? Promise.resolve() : seed(server.url)).then(() => {
    ready = true
  })
  return server.exited
})
