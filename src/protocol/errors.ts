/** Refusals: each with its stable code, its HTTP status and the sentence for people. */

export const REFUSALS = {
  invalid: [400, 'Some of what was sent is missing or not valid.'],
  malformed: [400, 'The body is not valid JSON or form data.'],
  unknown_frame: [400, 'This frame type is not known.'],
  malformed_frame: [400, 'A frame must be one JSON object in a text frame.'],
  wrong_credentials: [400, 'No account matches these credentials.'],
  empty_message: [400, 'A message needs text or an attachment.'],
  direct_room: [400, 'A direct room always has the same two people and no name of its own.'],
  yourself: [400, 'This cannot be done to yourself.'],
  unknown_users: [400, 'Some of these people do not exist.'],
  wrong_code: [400, 'This code is wrong or no longer valid.'],
  unknown_attachment: [400, 'This upload does not exist, is not yours or is already in use.'],

  unknown_field: [400, 'This API does not know some of the fields that were sent.'],

  not_authenticated: [401, 'Sign in first: send an access token.'],
  token_not_valid: [401, 'This token is not valid or has expired.'],
  session_ended: [401, 'This session has ended.'],
  /** `reason` says why. */
  invalid_host_token: [401, 'The token of the host is not valid.'],
  invalid_api_key: [401, 'This API key is not valid: it is unknown, revoked or was rotated.'],

  forbidden: [403, 'You may not do this.'],
  admins_only: [403, 'Only an admin of this room may do this.'],
  scope_missing: [403, 'This API key lacks the scope for this.'],
  managed_by_host: [403, 'The product that you use this from manages your name and picture.'],
  owner_only: [403, 'Only the owner of this room may do this.'],
  not_your_message: [403, 'Only the person who sent this message may do this.'],
  banned: [403, 'You are banned from this room.'],
  /** One code for a block by either side and for a privacy setting, so that it does not tell which of them it was. */
  blocked: [403, 'This cannot be delivered.'],
  password_required: [403, 'Enter your present password to do this.'],
  email_unverified: [403, 'Verify your e-mail address first.'],
  account_disabled: [403, 'This account has been disabled.'],
  account_erased: [403, 'The other person has deleted their account: nobody would read this.'],
  /** `fields` names the missing field: `invite`, or an `email` of an allowed domain. */
  registration_closed: [403, 'You cannot make an account here.'],
  staff_only: [403, 'Only staff may do this.'],
  operator_only: [403, 'This takes a proof made with the operator’s own key.'],
  origin_not_allowed: [403, 'Pages of this origin may not open sockets here.'],

  quota_exceeded: [403, 'There is no room left for this. Delete something first.'],

  url_expired: [403, 'This URL has expired. Ask again for what it was on.'],

  not_found: [404, 'There is nothing here, or nothing that you may see.'],
  method_not_allowed: [405, 'This path does not answer that method.'],

  list_full: [409, 'This list is as long as it can be. Take somebody from it first.'],
  already_friends: [409, 'You are already friends.'],
  already_requested: [409, 'There is already an open request between you.'],
  username_taken: [409, 'This username is taken.'],
  name_taken: [409, 'There is one of this name. Choose another.'],
  email_taken: [409, 'This e-mail address cannot be used.'],
  message_deleted: [409, 'This message has been deleted.'],
  too_many_reactions: [409, 'This message has as many different reactions as it can hold.'],
  too_many_pinned: [409, 'You have pinned as many rooms as can be.'],
  room_exists: [409, 'There is a room with this id, or of these two people.'],
  room_full: [409, 'This room has as many members as it can hold.'],

  last_staff: [409, 'There must always be one staff account that can sign in.'],

  settled: [410, 'This has already been settled.'],
  link_expired: [410, 'This link has been revoked, has expired or is used up.'],

  too_large: [413, 'This is larger than allowed.'],
  unsupported_type: [415, 'This type of content is not accepted here.'],
  upgrade_required: [426, 'This path is a WebSocket: ask for an upgrade.'],
  rate_limited: [429, 'Too many tries. Wait a little.'],

  internal: [500, 'Something went wrong here. It has been logged.'],
  unavailable: [503, 'A part of the service does not answer. Try again in a moment.'],
} as const satisfies Record<string, readonly [status: number, sentence: string]>

/** A stable error code: the `code` of every error body and error frame. */
export type RefusalCode = keyof typeof REFUSALS

/** Sentences about the fields of a request that are not valid, by field. */
export type FieldErrors = Record<string, string[]>

/** The flat JSON body of every error: a sentence, a code, and one array of sentences for each invalid field. */
export type ErrorBody = { detail: string; code: RefusalCode } & { [field: string]: string | string[] }

/** A refusal as a value. Actors return it, because an error class does not survive an RPC call. */
export interface Refused {
  refused: RefusalCode
  detail?: string
  fields?: FieldErrors
  /** Seconds to wait before trying again. */
  retryAfter?: number
}

/** Makes a refusal to return from an actor. */
export const refuse = (refused: RefusalCode, detail?: string): Refused =>
  detail === undefined ? { refused } : { refused, detail }

/**
 * The refusal for people whom the caller cannot reach, reported under `field`. It does not tell a block by either side from
 * a privacy setting.
 */
export const unreachable = (field: string, people: readonly { id: number }[]): Refused => ({
  refused: 'blocked',
  fields: { [field]: people.map(({ id }) => `Person ${id} cannot be reached.`) },
})

/** Tells a refusal from any other answer of an actor. */
export function isRefused(answer: unknown): answer is Refused {
  return typeof answer === 'object' && answer !== null && 'refused' in answer
}

/** Thrown when a request cannot be served. The API, the sockets and the client translate it. */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly code: RefusalCode
  readonly fields: FieldErrors | undefined
  /** Seconds to wait before trying again, if known. */
  readonly retryAfter: number | undefined
  /** A stable word that says more than the code. */
  readonly reason: string | undefined

  constructor(
    code: RefusalCode,
    more: { detail?: string; fields?: FieldErrors; retryAfter?: number; reason?: string } = {},
  ) {
    super(more.detail ?? REFUSALS[code][1])
    this.code = code
    this.fields = more.fields
    this.retryAfter = more.retryAfter
    this.reason = more.reason
  }

  /** The HTTP status of the code. */
  get status() {
    return REFUSALS[this.code][0]
  }

  /** The flat body of the answer. A field named `detail` or `code` cannot replace these two. */
  toBody(): ErrorBody {
    return { ...this.fields, ...(this.reason && { reason: this.reason }), detail: this.message, code: this.code }
  }
}

/** Returns an actor's answer. @throws {ChatError} its refusal */
export function unwrap<T>(answer: T): Exclude<T, Refused> {
  if (isRefused(answer)) {
    const { refused, ...more } = answer
    throw new ChatError(refused, more)
  }
  return answer as Exclude<T, Refused>
}
