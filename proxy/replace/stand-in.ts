import { forms, inFamily, writtenLike } from './escapes.ts'
import { asItIs, follow } from './known.ts'
import type { Known, Step } from './known.ts'

const isAscii = (bytes: Buffer) => bytes.every((byte) => byte < 0x80)

/** What is to stand where something known stands, written as that was: escaped where it was, broken where it was, in its case. */
export function standIn(known: Known, bytes: Buffer, start: number, end: number): Buffer {
  const { from, to, plain } = known
  if (asItIs(known, bytes, start, true) === end) return to
  const steps: Step[] = []
  follow(known, bytes, start, 0, true, (step) => steps.push(step))
  const escaped = steps.find(({ form }) => form !== forms.raw)
  if (escaped === undefined && end - start === from.length) return inCaseOf(known, bytes.subarray(start, end), to)
  const source = (step: Step) => bytes.toString('latin1', step.start, step.end)
  const raw = Buffer.from(
    steps
      .filter(({ form }) => form === forms.raw)
      .map(source)
      .join(''),
    'latin1',
  )
  const instead = inCaseOf(known, raw, escaped === undefined ? to : plain)
  if (instead.length !== from.length || (escaped !== undefined && !(isAscii(from) && isAscii(instead)))) {
    return escaped === undefined
      ? instead
      : Buffer.from(
          [...instead.toString('utf8')].map((each) => inFamily(each.codePointAt(0) ?? 0, escaped.form)).join(''),
          'latin1',
        )
  }
  let out = ''
  let at = start
  for (const step of steps) {
    const code = instead[step.index] ?? 0
    const written =
      step.form !== forms.raw
        ? writtenLike(code, step.form, source(step))
        : escaped === undefined
          ? String.fromCharCode(code)
          : inFamily(code, escaped.form)
    out += bytes.toString('latin1', at, step.start) + written
    at = step.end
  }
  return Buffer.from(out, 'latin1')
}

/** Where case makes no difference, in the one in which it stood. */
function inCaseOf({ from, anyCase }: Known, stood: Buffer, to: Buffer): Buffer {
  if (!anyCase || stood.length === 0 || (stood.length === from.length && stood.equals(from))) return to
  const text = stood.toString('latin1')
  const [large, small] = [text.toUpperCase(), text.toLowerCase()]
  if (large === small || (text !== large && text !== small)) return to
  const out = to
    .toString('latin1')
    .replaceAll(/[A-Za-z]+/g, (each) => (text === large ? each.toUpperCase() : each.toLowerCase()))
  return Buffer.from(out, 'latin1')
}
