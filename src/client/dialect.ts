/**
 * The names of the SDK and the names of the wire. The SDK says camelCase where the wire says snake_case. The text of a message is
 * `text` (`content` on the wire), a line that stands for any message is `preview` (`text` on the wire), and an id is called one:
 * `roomId`, `senderId`. The value of `data` belongs to the application and passes unchanged.
 */

type CamelCase<Name> = Name extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name

type NameOf<Name, Value> = Name extends 'content'
  ? 'text'
  : Name extends 'text'
    ? 'preview'
    : Name extends 'room' | 'sender'
      ? Value extends number
        ? `${Name}Id`
        : Name
      : CamelCase<Name>

/** The SDK's form of a type of the wire. */
export type Camel<T> = T extends Blob
  ? T
  : T extends readonly (infer Item)[]
    ? Camel<Item>[]
    : T extends object
      ? { [K in keyof T as NameOf<K, T[K]>]: K extends 'data' ? T[K] : Camel<T[K]> }
      : T

const isPlain = (value: unknown): value is object => Object.prototype.toString.call(value) === '[object Object]'

/** Renames the keys of plain objects at every depth. Blobs and forms stay as they are. */
function renamed(value: unknown, nameOf: (key: string, value: unknown) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, nameOf))
  if (!isPlain(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [nameOf(key, inner), key === 'data' ? inner : renamed(inner, nameOf)]),
  )
}

export const fromWire = <T>(value: unknown): T =>
  renamed(value, (key, inner) =>
    key === 'content'
      ? 'text'
      : key === 'text'
        ? 'preview'
        : typeof inner === 'number' && (key === 'room' || key === 'sender')
          ? `${key}Id`
          : key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
  ) as T

export const toWire = (value: unknown): unknown =>
  renamed(value, (key) => (key === 'text' ? 'content' : key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)))
