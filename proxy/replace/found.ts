import { fitsBorder, spotBefore, spotBehind } from './borders.ts'
import type { Spot } from './borders.ts'
import { cut, none } from './escapes.ts'
import { asItIs, follow } from './known.ts'
import type { Known } from './known.ts'

/** What stands whole at a place, and the characters beside it of which it has a part. */
export interface Found {
  readonly known: Known
  readonly start: number
  readonly end: number
  readonly lead: Spot | null
  readonly trail: Spot | null
}

/** Something that the end of the bytes leaves open; from there on they wait. */
export interface Open {
  readonly from: number
}

/**
 * What is known, whose first characters stand from `start` on already, followed from a place to its end and the character
 * behind it. Nothing before `from` is there to be changed any more.
 */
export function foundAt(
  known: Known,
  bytes: Uint8Array,
  {
    start,
    place,
    index,
    from,
    isEnd,
  }: {
    readonly start: number
    readonly place: number
    readonly index: number
    readonly from: number
    readonly isEnd: boolean
  },
): Found | Open | null {
  const whole = index === 0 ? asItIs(known, bytes, start, isEnd) : none
  const end = whole === none ? follow(known, bytes, place, index, isEnd) : whole
  if (end === none) return null
  const before = known.lead === null ? null : spotBefore(bytes, start, from)
  const lead = before !== null && known.lead !== null && fitsBorder(known.lead, before.byte) ? before : null
  if (end === cut) return { from: lead?.start ?? start }
  const behind = known.trail === null ? null : spotBehind(bytes, end)
  if (behind === cut) return isEnd ? { known, start, end, lead, trail: null } : { from: lead?.start ?? start }
  return { known, start, end, lead, trail: behind }
}
