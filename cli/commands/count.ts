import { Failure, exitCodes } from '../failure.ts'

/** Reads an option that is a whole number. */
export function countOf(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (count >= least && count <= most) return count
    throw new Failure(`${option} is a number from ${least} to ${most}, not “${text}”.`, 'usage', exitCodes.usage)
  }
}
