/** The system messages of a group: their loading and their sentences. */
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Room, RoomSnapshot, Sender } from '../../../client'
import { type Camel, fromWire } from '../../../client/dialect'
import type * as Wire from '../../../protocol'
import { chat } from '../../chat'
import { PersonButton } from '../../people/person-row'
import { t } from '../../words'
import type { NamedPerson } from '../../words/en/room'

/** A system message. Its `data` has the names of the wire, as every `data`. */
export type SystemMessage = Camel<Wire.SystemMessage>

/** Milliseconds for which changes of the room are collected before one request. */
const REFRESH_DELAY = 300
const PAGE_SIZE = 50

/**
 * The system messages within the loaded part of the room, oldest first. They are loaded again when the members, the name,
 * the description or the picture change, and older ones with older messages.
 */
export function useSystemMessages(room: Room, snapshot: RoomSnapshot): readonly SystemMessage[] {
  const { members, room: detail, messages, hasOlder, hasNewer } = snapshot
  const [lines, setLines] = useState<readonly SystemMessage[]>([])
  /** The path of the next page; null at the end. */
  const next = useRef<string | null>(null)
  const path = `/chatrooms/${room.id}/messages/`
  const isGroup = detail?.isGroup === true
  const state = `${members.map(({ id, role }) => `${id} ${role}`)} ${detail?.roomName}\n${detail?.description}\n${detail?.groupImage === null}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state says when there may be others
  useEffect(() => {
    if (!isGroup) return
    let isWanted = true
    const timer = setTimeout(async () => {
      const page = await chat.api.list<SystemMessage>(path, { type: 'system', limit: PAGE_SIZE }).catch(() => null)
      if (!page || !isWanted) return
      const newest = page.results.toReversed()
      setLines((before) => {
        // If the page does not overlap the loaded ones, those are dropped, because there may be others in between.
        const older = before.filter(({ id }) => id < (newest[0]?.id ?? 0))
        const meets = before.length === 0 || older.length < before.length
        if (!meets || before.length === 0) next.current = page.next
        return meets ? [...older, ...newest] : newest
      })
    }, REFRESH_DELAY)
    return () => {
      isWanted = false
      clearTimeout(timer)
    }
  }, [path, isGroup, state])

  const first = hasOlder ? (messages[0]?.id ?? 0) : 0
  const oldest = lines[0]?.id
  useEffect(() => {
    const more = next.current
    if (more === null || oldest === undefined || oldest <= first) return
    next.current = null
    void chat.api.list<SystemMessage>(more).then(
      (page) => {
        next.current = page.next
        setLines((now) => [...page.results.toReversed(), ...now])
      },
      () => {
        next.current = more
      },
    )
  }, [oldest, first])

  const last = hasNewer ? (messages.at(-1)?.id ?? 0) : Number.POSITIVE_INFINITY
  return useMemo(
    () => lines.filter(({ id, data }) => id >= first && id <= last && data.kind in t.room.happened),
    [lines, first, last],
  )
}

interface Props {
  line: SystemMessage
  people: Pick<RoomSnapshot, 'me' | 'members'>
}

/** One system message. Current members appear with their present names, and names open the profile card. */
export function SystemMessageLine({ line: { data }, people: { me, members } }: Props) {
  const known = (person: Sender | null) => members.find(({ id }) => id === person?.id) ?? person
  const of = (person: Sender | null): NamedPerson => ({
    name: known(person)?.fullName ?? t.room.somebody,
    isMe: person?.id === me,
  })
  const { kind, user, by, roomName, role } = fromWire<Camel<Wire.SystemData>>(data)
  let rest = t.room.happened[kind](of(user), of(by), roomName ?? '', role ?? 'member')
  const parts: ComponentChildren[] = []
  // In the order of the sentence.
  const named = [user, by]
    .flatMap((each) => known(each) ?? [])
    .filter(({ id }) => id !== me)
    .sort((a, b) => rest.indexOf(a.fullName) - rest.indexOf(b.fullName))
  for (const person of named) {
    const at = rest.indexOf(person.fullName)
    if (at < 0) continue
    parts.push(
      rest.slice(0, at),
      <PersonButton key={person.id} person={person}>
        <b>{person.fullName}</b>
      </PersonButton>,
    )
    rest = rest.slice(at + person.fullName.length)
  }
  return (
    <p class="happened" dir="auto">
      {parts}
      {rest}
    </p>
  )
}
