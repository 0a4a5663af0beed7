import type { Finding } from '../detector.ts'
import { addresses } from './addresses.ts'
import { environment } from './assignments.ts'
import { files } from './files.ts'
import { issuers } from './issuers.ts'
import type { Planted } from './kept-aside.ts'
import { programs } from './programs.ts'

type Detect = (text: string) => readonly Pick<Finding, 'start' | 'end'>[]

/** The five kinds, with the part of them that is to be found at least. */
export const kinds = {
  'tokens of issuers': { forms: issuers, aim: 0.85 },
  'the environment': { forms: environment, aim: 0.6 },
  'files of settings': { forms: files, aim: 0.6 },
  'sources of programs': { forms: programs, aim: 0.6 },
  'addresses and commands': { forms: addresses, aim: 0.8 },
} as const satisfies Readonly<
  Record<string, { readonly forms: Readonly<Record<string, () => Planted>>; readonly aim: number }>
>

/**
 * Every second form is kept aside: whoever changes rules looks at what is missed in the others alone, and at these only
 * for their sum, so that it says how well forms are found which nobody had in mind.
 */
export const halves = ['looked at', 'kept aside'] as const

export function formsOf(
  forms: Readonly<Record<string, () => Planted>>,
  half: (typeof halves)[number],
): readonly (readonly [name: string, make: () => Planted])[] {
  return Object.entries(forms).filter((_, at) => (at % 2 === 0) === (half === 'looked at'))
}

/** Whether half of the secret or more, or of what the form makes of it, lies in what is told. */
export function isFound({ text, secret }: Planted, detect: Detect): boolean {
  const at = text.indexOf(secret)
  // In base64 it stands otherwise: then anything counts.
  if (at < 0) return detect(text).length > 0
  return detect(text).some(
    ({ start, end }) => Math.min(end, at + secret.length) - Math.max(start, at) >= secret.length / 2,
  )
}

/** Which part of what is planted is found. */
export function recallOf(
  forms: readonly (readonly [name: string, make: () => Planted])[],
  tries: number,
  detect: Detect,
): number {
  let found = 0
  for (const [, make] of forms) for (let count = 0; count < tries; count += 1) if (isFound(make(), detect)) found += 1
  return found / (forms.length * tries)
}
