/** Reads from the syntax tree of a TypeScript file what it declares and which names it uses. */
import { parseAst } from 'vite'

/** Where one declaration stands, in UTF-16 units. */
export interface Span {
  name: string
  file: string
  start: number
  end: number
}

export interface Names {
  /** Names of variables, functions, classes, parameters and members that the file declares. */
  declared: Set<string>
  /** Names that stand for themselves. */
  used: Set<string>
  /** Names after a dot, and private ones. */
  members: Set<string>
}

/** A node of the syntax tree; only what is read here. */
interface Node {
  type: string
  start: number
  end: number
  /** An identifier's own; of a JSX element it is a node. */
  name?: string
  value?: unknown
  [part: string]: unknown
}

const parsed = (file: string, text: string) =>
  (parseAst(text, { lang: file.endsWith('x') ? 'tsx' : 'ts' }) as unknown as { body: Node[] }).body

/**
 * Functions and constants by their names, properties of constants as `BOUNDS.mailsHourly`, members of classes as
 * `Outbox.#attempt`, and routes as `codes.post /forgot-password`.
 */
export function declarationsOf(file: string, text: string): Span[] {
  const named = parsed(file, text).flatMap((node) => declaredBy(node))
  return named.map(([name, { start, end }]) => ({ name, file, start, end }))
}

function declaredBy(node: Node): [string, Node][] {
  if (isNode(node.declaration)) return declaredBy(node.declaration)
  if (node.type === 'VariableDeclaration') return (node.declarations as Node[]).flatMap((each) => declaredBy(each))
  if (node.type === 'ExpressionStatement') return routeOf(node)
  const name = isNode(node.id) ? node.id.name : undefined
  if (!name) return []
  if (node.type === 'ClassDeclaration') return [[name, node], ...membersOf(name, (node.body as Node).body as Node[])]
  return [[name, node], ...propertiesOf(name, node.init)]
}

const keyOf = ({ key }: Node): string | undefined =>
  isNode(key) && key.name ? `${key.type === 'PrivateIdentifier' ? '#' : ''}${key.name}` : undefined

const membersOf = (owner: string, members: Node[]): [string, Node][] =>
  members.flatMap((member) => (keyOf(member) ? [[`${owner}.${keyOf(member)}`, member]] : []))

function propertiesOf(owner: string, value: unknown): [string, Node][] {
  if (!isNode(value)) return []
  // `as const` and `satisfies` stand around the object.
  if (isNode(value.expression)) return propertiesOf(owner, value.expression)
  return ((value.properties as Node[] | undefined) ?? []).flatMap((property): [string, Node][] => {
    const name = keyOf(property) && `${owner}.${keyOf(property)}`
    return name ? [[name, property], ...propertiesOf(name, property.value)] : []
  })
}

function routeOf({ expression: call }: Node): [string, Node][] {
  if (!isNode(call) || call.type !== 'CallExpression') return []
  const { object, property } = call.callee as { object?: Node; property?: Node }
  const [first] = call.arguments as Node[]
  if (!object?.name || !property?.name || typeof first?.value !== 'string') return []
  return [[`${object.name}.${property.name} ${first.value}`, call]]
}

/** @returns the names in a file, whatever they stand for in the scope where they stand. */
export function namesOf(file: string, text: string): Names {
  const names: Names = { declared: new Set(), used: new Set(), members: new Set() }
  const visit = (node: Node, role: keyof Names) => {
    if (node.type === 'PrivateIdentifier') names.members.add(`#${node.name}`)
    else if (typeof node.name === 'string') names[role].add(node.name)
    for (const [part, value] of Object.entries(node)) {
      for (const child of [value].flat()) if (isNode(child)) visit(child, roleOf(node, part))
    }
  }
  for (const node of parsed(file, text)) visit(node, 'used')
  return names
}

/** Types are no business of a mutation: what runs has none. */
function roleOf({ type, computed }: Node, part: string): keyof Names {
  if (type.startsWith('TS')) return 'declared'
  if (part === 'property' && !computed) return 'members'
  if (part === 'key' && !computed) return type === 'Property' ? 'members' : 'declared'
  const declares = part === 'id' || part === 'params' || (part === 'param' && type === 'CatchClause')
  return declares ? 'declared' : 'used'
}

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string'
