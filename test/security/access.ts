/** Classes of access: each decides the status of an answer by the object and the caller. */
import { ROLES, type RoleName, SIGNED_IN } from './roles'

/** Whose object a request names. What has no object has only its own. */
export type Whose = 'own' | 'foreign' | 'missing'

/** The status for everybody who may ask. */
export type Verdicts = Record<RoleName, number>

/** Every cell of a route. */
export type Cells = { own: Verdicts } & { [whose in Whose]?: Verdicts }

const all = (roles: readonly RoleName[], status: number) => Object.fromEntries(roles.map((role) => [role, status]))

/** The same for all who are signed in, but for those named; 401 for the rest. */
const signedIn = (status: number, but: Partial<Verdicts> = {}): Verdicts =>
  ({ ...all(ROLES, 401), ...all(SIGNED_IN, status), ...but }) as Verdicts

/** Whoever asks, with whatever token: these routes look at none. */
export const anybody = (status: number): Cells => ({ own: all(ROLES, status) as Verdicts })

/** The URL is the permission: whoever has it is let in, and nobody who makes one up. */
export const bearer = (status: number): Cells => ({
  own: all(ROLES, status) as Verdicts,
  foreign: all(ROLES, 404) as Verdicts,
  missing: all(ROLES, 404) as Verdicts,
})

/** All who are signed in, each for themselves. */
export const everyone = (status: number): Cells => ({ own: signedIn(status) })

/** Only the owner of the object. */
export const itsOwner = (status: number): Cells => ({
  own: signedIn(status),
  foreign: signedIn(404),
  missing: signedIn(404),
})

const inRoom = (own: Partial<Verdicts>): Cells => ({
  own: signedIn(404, own),
  foreign: signedIn(404),
  missing: signedIn(404),
})

export const members = (ok: number) => inRoom({ member: ok, admin: ok, owner: ok })
export const admins = (ok: number) => inRoom({ member: 403, admin: ok, owner: ok })
export const owners = (ok: number) => inRoom({ member: 403, admin: 403, owner: ok })
/** The member who said it: rights do not put words into somebody's mouth. */
export const sender = (ok: number) => inRoom({ member: ok, admin: 403, owner: 403 })

/** The two people of a direct room; whatever role they have in groups, here both are the same. */
export const pair = (ok: number, owner: number = ok): Cells => inRoom({ member: ok, owner })

/** Entrances: the same answer whoever asks, and whether the account that they name is there or not. */
export const entrance = (status: number): Cells => {
  const alike = all(ROLES, status) as Verdicts
  return { own: alike, foreign: alike, missing: alike }
}

/** Whoever has an open link, but for the banned; a code that was never given out is as absent as its room. */
export const withLink = (ok: number): Cells => ({
  own: signedIn(ok, { banned: 403 }),
  foreign: signedIn(404),
  missing: signedIn(404),
})

/** People are known to all: oneself, another, nobody. */
export const people = (own: number, foreign: number, missing: number): Cells => ({
  own: signedIn(own),
  foreign: signedIn(foreign),
  missing: signedIn(missing),
})

/** Staff, for whom there is nothing foreign; `own` is for where they themselves are the object. */
export const staff = (ok: number, own: number = ok): Cells => ({
  own: signedIn(403, { staff: own }),
  foreign: signedIn(403, { staff: ok }),
  missing: signedIn(403, { staff: 404 }),
})

export const staffFigures = (ok: number): Cells => ({ own: signedIn(403, { staff: ok }) })

/** For oneself all may; for others only staff, and nobody else learns whether they exist. */
export const selfOrStaff = (ok: number): Cells => ({
  own: signedIn(ok),
  foreign: signedIn(403, { staff: ok }),
  missing: signedIn(403, { staff: 404 }),
})

/** What is not there for anybody, whoever they are. */
export const nobodyHere: Cells = { own: signedIn(404), foreign: signedIn(404), missing: signedIn(404) }

/** What staff and everybody else are refused alike, whatever they name. */
export const nobody: Cells = { own: signedIn(403), foreign: signedIn(403), missing: signedIn(403) }
