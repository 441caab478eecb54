/** One path and method of the REST API, as the description of it knows it. */
import type * as z from 'zod'
import type { RefusalCode } from '../../protocol'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What is answered: a schema of JSON, `null` for no body, or a media type for bytes. */
export type Answer = z.ZodType | null | { bytes: string }

export interface Operation {
  method: Method
  /** As in the contract: `/api/chatrooms/{roomId}/`. */
  path: string
  /** The group it is shown in. */
  area: string
  summary: string
  /** Who may ask: anybody, signed-in people (the default), or staff. */
  access: 'anybody' | 'signed in' | 'staff'
  query?: z.ZodObject
  /** The very schema that validates. */
  body?: z.ZodType
  /** Names of parts that may be files; the body may then come as multipart. */
  files?: string[]
  answers: Record<number, Answer>
  /** Refusals particular to it; those that any request can meet go without saying. */
  refusals: RefusalCode[]
}

type Details = Partial<Pick<Operation, 'access' | 'query' | 'body' | 'files' | 'refusals'>>

/** A shorter way to write the operations of one area. */
export function area(name: string) {
  const operation =
    (method: Method) =>
    (path: string, summary: string, answers: Record<number, Answer>, details: Details = {}): Operation => ({
      method,
      path,
      area: name,
      summary,
      access: 'signed in',
      refusals: [],
      answers,
      ...details,
    })
  return {
    get: operation('get'),
    post: operation('post'),
    put: operation('put'),
    patch: operation('patch'),
    delete: operation('delete'),
  }
}
