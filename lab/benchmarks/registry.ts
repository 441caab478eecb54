/** Every row by its id. */
import type { Row } from './row.ts'
import { p1, p2 } from './rows/p1-fan-out.ts'
import { p3 } from './rows/p3-round-trip.ts'
import { p4 } from './rows/p4-history.ts'
import { p5 } from './rows/p5-search.ts'
import { p6 } from './rows/p6-room-list.ts'
import { p7 } from './rows/p7-big-room.ts'
import { p8 } from './rows/p8-resume.ts'
import { p9 } from './rows/p9-rest.ts'
import { p10 } from './rows/p10-web-app.ts'
import { p11 } from './rows/p11-sdk.ts'

export const ROWS: Record<string, Row> = {
  P1: p1,
  P2: p2,
  P3: p3,
  P4: p4,
  P5: p5,
  P6: p6,
  P7: p7,
  P8: p8,
  P9: p9,
  P10: p10,
  P11: p11,
}
