/** The description of one path and method of the REST API. */
import type * as z from 'zod'
import type { RefusalCode } from '../../protocol'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** An answer: a schema of JSON, null for no body, or a media type for bytes. */
export type Answer = z.ZodType | null | { bytes: string }

export interface Operation {
  method: Method
  /** Like `/api/chatrooms/{roomId}/`. */
  path: string
  /** The tag that groups it. */
  area: string
  summary: string
  /** The callers that it allows. */
  access: 'anybody' | 'signed in' | 'staff' | 'host'
  query?: z.ZodObject
  /** The schema that also validates. */
  body?: z.ZodType
  /** Fields that take files. The body may then come as multipart. */
  files?: string[]
  answers: Record<number, Answer>
  /** Its own refusals. `document.ts` adds those of every request. */
  refusals: RefusalCode[]
}

type Details = Partial<Pick<Operation, 'access' | 'query' | 'body' | 'files' | 'refusals'>>

/** Builders for the operations of one area, for signed-in callers unless `details` say otherwise. */
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
