/** Confirmations before blocking and unfriending. */
import { peopleDirectory } from '../chat'
import { askToConfirm } from '../parts/confirm'
import { t } from '../words'
import { block } from './people-cache'

interface Named {
  id: number
  fullName: string
}

export function askToBlock({ id, fullName }: Named, done?: () => Promise<unknown>): void {
  askToConfirm({
    title: t.ask.block(fullName),
    hint: t.ask.blockHint,
    confirmLabel: t.people.block,
    run: async () => {
      await block(id)
      await done?.()
    },
  })
}

export function askToUnfriend({ id, fullName }: Named, done: () => Promise<unknown>): void {
  askToConfirm({
    title: t.ask.unfriend(fullName),
    hint: t.ask.unfriendHint,
    confirmLabel: t.people.unfriend,
    run: async () => {
      await peopleDirectory.unfriend(id)
      await done()
    },
  })
}
