/** Confirmations before blocking and unfriending. */
import { chat } from '../chat'
import { askToConfirm } from '../parts/confirm'
import { t } from '../words'
import { block } from './people-cache'

interface Named {
  id: number
  full_name: string
}

export function askToBlock({ id, full_name }: Named, done?: () => Promise<unknown>): void {
  askToConfirm({
    title: t.ask.block(full_name),
    hint: t.ask.blockHint,
    confirmLabel: t.people.block,
    run: async () => {
      await block(id)
      await done?.()
    },
  })
}

export function askToUnfriend({ id, full_name }: Named, done: () => Promise<unknown>): void {
  askToConfirm({
    title: t.ask.unfriend(full_name),
    hint: t.ask.unfriendHint,
    confirmLabel: t.people.unfriend,
    run: async () => {
      await chat.people.unfriend(id)
      await done()
    },
  })
}
