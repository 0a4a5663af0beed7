import type { ValueMap } from '../expressions/value.ts'

const mostOutputs = 50
const named = /^[A-Za-z_][\w-]{0,62}$/

/** What a script wrote into the file $ARCX_OUTPUT: lines `name=value`, or `name<<END`, lines, `END`. */
export function parseOutputs(text: string): ValueMap {
  const outputs = new Map<string, string>()
  const lines = text.split('\n')
  for (let at = 0; at < lines.length && outputs.size < mostOutputs; at += 1) {
    const line = lines[at] ?? ''
    const block = /^(?<name>[\w-]+)<<(?<end>\S+)$/.exec(line)?.groups
    if (block !== undefined) {
      const end = lines.indexOf(block['end'] ?? '', at + 1)
      if (end < 0) break
      if (named.test(block['name'] ?? '')) outputs.set(block['name'] ?? '', lines.slice(at + 1, end).join('\n'))
      at = end
      continue
    }
    const sign = line.indexOf('=')
    if (sign > 0 && named.test(line.slice(0, sign))) outputs.set(line.slice(0, sign), line.slice(sign + 1))
  }
  return Object.fromEntries(outputs)
}
