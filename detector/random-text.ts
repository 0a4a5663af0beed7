import { randomInt } from 'node:crypto'

export const lower = 'abcdefghijklmnopqrstuvwxyz'
export const upper = lower.toUpperCase()
export const digits = '0123456789'

export const of = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
export const oneOf = <T>(choices: readonly T[], fallback: T): T => choices[randomInt(choices.length)] ?? fallback
export const hex = (length: number): string => of(`${digits}abcdef`, length)
/** Letters of both cases and digits. */
export const word = (length: number): string => of(lower + upper + digits, length)
export const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-${oneOf(['8', '9', 'a', 'b'], '8')}${hex(3)}-${hex(12)}`
