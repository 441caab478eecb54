/** The OpenAPI 3.1 document, made from the operations and the schemas that validate. */
import * as z from 'zod'
import { REFUSALS, type RefusalCode } from '../../protocol'
import type { Answer, Operation } from './operation'

type Json = Record<string, unknown>

/** Refusals of every operation: rate limits and failures of the server. */
const ALWAYS: RefusalCode[] = ['rate_limited', 'internal', 'unavailable']

const component = (id: string) => `#/components/schemas/${id}`

/** The error body: a sentence, a code, and one array of sentences per bad field. */
const ERROR: Json = {
  type: 'object',
  properties: {
    detail: { type: 'string', description: 'One sentence for people.' },
    code: { type: 'string', enum: Object.keys(REFUSALS), description: 'Stable; for programs.' },
    reason: { type: 'string', description: 'A stable word that says more than the code.' },
  },
  required: ['detail', 'code'],
  additionalProperties: { type: 'array', items: { type: 'string' }, description: 'What is wrong with this field.' },
}

/** A schema as JSON Schema. Schemas with an id become references and are added to `components`. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const { $defs, $schema, ...inline } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
  }) as Json & { $defs?: Json; $schema?: string }
  const named = JSON.parse(JSON.stringify($defs ?? {}).replaceAll('#/$defs/', component(''))) as Json
  for (const [id, made] of Object.entries(named)) components[id] ??= { ...(made as Json), id: undefined }
  return JSON.parse(JSON.stringify(inline).replaceAll('#/$defs/', component(''))) as Json
}

/** The same id may mean different JSON in bodies and answers (defaults, transforms), so bodies get names of their own. */
function requestBody({ body, files = [] }: Operation, components: Json): Json | undefined {
  if (!body) return undefined
  const bodies: Json = {}
  const schema = jsonSchema(body, 'input', bodies)
  for (const [id, made] of Object.entries(bodies)) components[`${id}Input`] = renamed(made as Json)
  const json = renamed(schema)
  const content: Json = { 'application/json': { schema: json } }
  content['application/x-www-form-urlencoded'] = { schema: json }
  const parts = Object.fromEntries(files.map((name) => [name, { type: 'string', format: 'binary' }]))
  const withFiles = files.length === 0 ? json : { allOf: [json, { type: 'object', properties: parts }] }
  content['multipart/form-data'] = { schema: withFiles }
  return { content }
}

const renamed = (schema: Json): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll(/"#\/components\/schemas\/(\w+)"/g, `"${component('$1Input')}"`))

function parameters({ path, query }: Operation, components: Json): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: ['code', 'emoji'].includes(name ?? '') ? { type: 'string' } : { type: 'integer', minimum: 1 },
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: jsonSchema(schema as z.ZodType, 'output', components),
  }))
  return [...inPath, ...inQuery]
}

function answered(answer: Answer, components: Json): Json {
  if (answer === null) return { description: 'Done.' }
  if ('bytes' in answer) return { description: 'The bytes.', content: { [answer.bytes]: {} } }
  return {
    description: 'The answer.',
    content: { 'application/json': { schema: jsonSchema(answer, 'output', components) } },
  }
}

/** The refusals of an operation by status. Each status lists its codes. */
function refused(operation: Operation): Json {
  const codes = new Set<RefusalCode>([...operation.refusals, ...ALWAYS])
  if (operation.body)
    for (const code of ['invalid', 'malformed', 'too_large', 'unsupported_type'] as const) codes.add(code)
  if (operation.query) codes.add('invalid')
  if (operation.files) for (const code of ['quota_exceeded', 'rate_limited'] as const) codes.add(code)
  if (operation.path.includes('{')) codes.add('not_found')
  if (operation.access === 'host')
    for (const code of ['not_authenticated', 'invalid_api_key', 'scope_missing'] as const) codes.add(code)
  else if (operation.access !== 'anybody') {
    for (const code of ['not_authenticated', 'token_not_valid', 'session_ended'] as const) codes.add(code)
  }
  if (operation.access === 'staff') codes.add('staff_only')
  const byStatus: Record<number, RefusalCode[]> = {}
  for (const code of codes) byStatus[REFUSALS[code][0]] = [...(byStatus[REFUSALS[code][0]] ?? []), code]
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${REFUSALS[code][1]}`).join(' '),
        content: { 'application/json': { schema: { $ref: component('Error') } } },
      },
    ]),
  )
}

/** The whole document of `operations` for a server at `origin`. */
export function openApi(origin: string, operations: readonly Operation[]): Json {
  const components: Json = { Error: ERROR }
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    const { method, path, area, summary, access } = operation
    const answers = Object.entries(operation.answers).map(([status, answer]) => [status, answered(answer, components)])
    paths[path] ??= {}
    paths[path][method] = {
      tags: [area],
      summary,
      operationId: `${method}${path.replaceAll(/[{}]/g, '').replaceAll(/[/_.-]+(\w?)/g, (_, next: string) => next.toUpperCase())}`,
      ...(access === 'anybody' ? { security: [] } : access === 'host' ? { security: [{ apiKey: [] }] } : {}),
      parameters: parameters(operation, components),
      requestBody: requestBody(operation, components),
      responses: { ...refused(operation), ...Object.fromEntries(answers) },
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parlour',
      version: '1',
      description:
        'Accounts, friends, rooms, messages and notifications. A trailing slash is optional on every path. What is live goes over `/ws/chat/{id}/`, `/ws/sidebar/` and `/ws/notifications/`.',
    },
    servers: [{ url: origin }],
    security: [{ bearer: [] }],
    tags: [...new Set(operations.map((operation) => operation.area))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: `sk_…`' },
      },
    },
  }
}
