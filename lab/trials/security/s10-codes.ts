/**
 * S10: one-time codes against a server as it is deployed, with its mail going over SMTP. Of any number of guesses at once
 * five are counted; a code works once, and not after the next; what strangers ask for, guess at and registered before
 * keeps nobody from their account; and in the end neither a code nor a token nor a password stands in the log, in anything
 * the server stored, or in any answer but the one that gives it.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startServer } from '../../../scripts/server.ts'
import { ApiClient } from '../../harness/api-client.ts'
import { Mailbox } from '../../harness/mailbox.ts'
import { Random } from '../../harness/random.ts'
import { LIGHT } from '../../harness/server.ts'
import { triesAt } from '../../harness/store.ts'
import { Findings, type Trial } from '../../harness/trial.ts'
import { AddressOwners } from './address-owners.ts'
import { CodeGuesses } from './code-guesses.ts'
import { Secrets, searchForSecrets } from './secrets.ts'

const OPTIONS = { guesses: 10_000, waves: 40 }

export const s10: Trial<typeof OPTIONS> = {
  title: 'codes guessed, used again and looked for',
  /** `waves`: rounds of guesses at once with the right one among them. */
  options: OPTIONS,
  short: { guesses: 300, waves: 1 },
  async run({ seed, guesses, waves }) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'parlour-lab-s10-'))
    const store = path.join(folder, 'store')
    const mailbox = await Mailbox.open()
    let log = ''
    const vars = {
      EMAIL_VERIFICATION: 'required',
      MAIL_FROM: 'chat@people.example',
      SMTP_URL: mailbox.url,
    }
    const onOutput = (text: string) => {
      log += text
    }
    try {
      const server = await startServer({ entry: LIGHT, deployed: true, persistTo: store, vars, onOutput })
      const findings = new Findings()
      const secrets = new Secrets()
      let codes: CodeGuesses
      try {
        const api = new ApiClient(server.url)
        api.onAnswer = (answer) => secrets.received(answer)
        codes = new CodeGuesses(api, mailbox, secrets, new Random(seed), findings)
        await codes.counted()
        await codes.flood(guesses)
        for (let wave = 0; wave < waves; wave++) await codes.wave()
        await codes.used()
        await codes.signedIn()
        const owners = new AddressOwners(api, mailbox, secrets, findings)
        await owners.registered()
        await owners.reset()
        await owners.outlived()
        await owners.wentBack()
      } finally {
        // Only what was closed properly is all on the disk.
        await server.stop()
      }
      for (const [address, tries] of codes.exhausted) {
        findings.expect(`tries counted at ${address}`, triesAt(store, address), tries)
      }
      findings.count('codes whose tries were read from the store', codes.exhausted.size)
      secrets.keep('codes', ...mailbox.codes)
      secrets.keep('long codes', ...mailbox.longCodes)
      searchForSecrets({ store, log, secrets, findings })
      return findings.outcome()
    } finally {
      await mailbox.close()
      fs.rmSync(folder, { recursive: true, force: true })
    }
  },
}
