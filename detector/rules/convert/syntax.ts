/**
 * A regular expression as Rust's `regex` and Hyperscan read it, and as JavaScript does where it uses no more than that: a
 * set of characters is known for ASCII, and for all else as a whole.
 */
export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  | { readonly kind: 'letter'; readonly char: string }
  | { readonly kind: 'assert'; readonly text: string }
  | { readonly kind: 'look'; readonly open: string; readonly item: Node }
  | { readonly kind: 'seq'; readonly items: readonly Node[] }
  | { readonly kind: 'alt'; readonly items: readonly Node[] }
  | { readonly kind: 'capture'; readonly index: number; readonly name: string; readonly item: Node }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number; readonly lazy: boolean }

export interface CharSet {
  /** Codes below 128. */
  readonly ascii: ReadonlySet<number>
  readonly beyond: boolean
}

export interface Parsed {
  readonly root: Node
  /** Whether every letter of it stands for both cases. */
  readonly isFolded: boolean
}

interface Flags {
  readonly i: boolean
  readonly x: boolean
  readonly s: boolean
  readonly m: boolean
}

const range = (from: string, to: string) =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, at) => from.charCodeAt(0) + at)
const all = Array.from({ length: 128 }, (_, code) => code)
const digit = range('0', '9')
const lower = range('a', 'z')
const upper = range('A', 'Z')
const space = [9, 10, 11, 12, 13, 32]
const word = [...digit, ...lower, ...upper, 95]
const posix: Readonly<Record<string, readonly number[]>> = {
  alnum: [...digit, ...lower, ...upper],
  alpha: [...lower, ...upper],
  blank: [9, 32],
  digit,
  lower,
  upper,
  space,
  word,
  xdigit: [...digit, ...range('a', 'f'), ...range('A', 'F')],
  punct: all.filter((code) => code > 32 && code < 127 && !word.includes(code)).concat(95),
}
const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
  0: '\0',
}

const setOf = (codes: Iterable<number>, beyond = false): CharSet => ({ ascii: new Set(codes), beyond })
const without = (codes: readonly number[]): CharSet =>
  setOf(
    all.filter((code) => !codes.includes(code)),
    true,
  )

/** @throws for what it does not know. */
export function parse(source: string): Parsed {
  let at = 0
  let groups = 0
  let folded = 0
  let unfolded = 0

  const fail = (what: string): never => {
    throw new Error(`${what} at ${at}: ${source.slice(at, at + 20)}`)
  }

  const letter = (char: string, flags: Flags): Node => {
    if (!/[a-zA-Z]/.test(char)) return { kind: 'letter', char }
    if (!flags.i) {
      unfolded += 1
      return { kind: 'letter', char }
    }
    folded += 1
    return { kind: 'set', set: setOf([char.toLowerCase().charCodeAt(0), char.toUpperCase().charCodeAt(0)]) }
  }
  const setNode = (set: CharSet, flags: Flags): Node => {
    if (!flags.i) {
      const closed = [...set.ascii].every(
        (code) => !/[a-zA-Z]/.test(String.fromCharCode(code)) || set.ascii.has(code ^ 32),
      )
      if (!closed) unfolded += 1
      return { kind: 'set', set }
    }
    return {
      kind: 'set',
      set: setOf(
        [...set.ascii].flatMap((code) => (/[a-zA-Z]/.test(String.fromCharCode(code)) ? [code, code ^ 32] : [code])),
        set.beyond,
      ),
    }
  }

  /** A class such as `\d`, behind its backslash. */
  const classOf = (name: string): CharSet | null => {
    if (name === 'd') return setOf(digit)
    if (name === 'D') return without(digit)
    if (name === 'w') return setOf(word)
    if (name === 'W') return without(word)
    if (name === 's') return setOf(space)
    if (name === 'S') return without(space)
    return null
  }
  /** A character behind its backslash; `at` stands on it. */
  const escaped = (): string => {
    const name = source[at] ?? fail('Nothing behind a backslash')
    at += 1
    if (name === 'x' || name === 'u') {
      const written =
        /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}(?:[0-9a-fA-F]{2})?))/.exec(
          name === 'x' ? source.slice(at).replace(/^([0-9a-fA-F]{2}).*/s, '$1') : source.slice(at),
        ) ?? fail('No code')
      at += written[0].length
      return String.fromCharCode(Number.parseInt(written[1] ?? written[2] ?? '0', 16))
    }
    if (Object.hasOwn(named, name)) return named[name] ?? ''
    if (/[a-zA-Z1-9]/.test(name)) fail(`An unknown escape \\${name}`)
    return name
  }

  /** `at` stands behind the opening bracket. */
  const bracket = (flags: Flags): CharSet => {
    const negated = source[at] === '^'
    if (negated) at += 1
    const codes = new Set<number>()
    let beyond = false
    let first = true
    const addSet = (set: CharSet) => {
      for (const code of set.ascii) codes.add(code)
      beyond ||= set.beyond
    }
    for (;;) {
      const char = source[at] ?? fail('A class without an end')
      if (char === ']' && !first) break
      first = false
      if (char === '[') {
        const kind = /^\[:(\^?)(\w+):\]/.exec(source.slice(at))
        if (kind !== null) {
          const known = posix[kind[2] ?? ''] ?? fail('An unknown class')
          addSet(kind[1] === '^' ? without(known) : setOf(known))
          at += kind[0].length
          continue
        }
      }
      if (flags.x && /\s/.test(char)) {
        at += 1
        continue
      }
      at += 1
      let from = char
      if (char === '\\') {
        const set = classOf(source[at] ?? '')
        if (set !== null) {
          at += 1
          addSet(set)
          continue
        }
        from = source[at] === 'b' ? ((at += 1), '\b') : escaped()
      }
      let to = from
      if (
        source[at] === '-' &&
        source[at + 1] !== ']' &&
        source[at + 1] !== '[' &&
        !/^-\\[dwsDWS]/.test(source.slice(at))
      ) {
        at += 1
        const last = source[at] ?? ''
        at += 1
        to = last === '\\' ? escaped() : last
      }
      if (from.charCodeAt(0) > to.charCodeAt(0)) fail('A range out of order')
      if (to.charCodeAt(0) > 127) beyond = true
      for (let code = from.charCodeAt(0); code <= Math.min(127, to.charCodeAt(0)); code += 1) codes.add(code)
    }
    at += 1
    const set = flags.i
      ? new Set([...codes].flatMap((code) => (/[a-zA-Z]/.test(String.fromCharCode(code)) ? [code, code ^ 32] : [code])))
      : codes
    return negated
      ? setOf(
          all.filter((code) => !set.has(code)),
          !beyond,
        )
      : setOf(set, beyond)
  }

  const alternatives = (given: Flags): Node => {
    const items: Node[] = []
    let flags = given
    let seq: Node[] = []
    for (;;) {
      const char = source[at]
      if (char === undefined || char === ')') break
      if (char === '|') {
        at += 1
        items.push({ kind: 'seq', items: seq })
        seq = []
        continue
      }
      if (flags.x && /\s/.test(char)) {
        at += 1
        continue
      }
      if (flags.x && char === '#') {
        const end = source.indexOf('\n', at)
        at = end < 0 ? source.length : end
        continue
      }
      const only = /^\(\?([imsxu]*)(?:-([imsxu]+))?\)/.exec(source.slice(at))
      if (only !== null) {
        at += only[0].length
        flags = changed(flags, only[1] ?? '', only[2] ?? '')
        continue
      }
      if (source.startsWith('(?#', at)) {
        at = source.indexOf(')', at) + 1
        continue
      }
      seq.push(quantified(atom(char, flags), flags))
    }
    items.push({ kind: 'seq', items: seq })
    return items.length === 1 ? (items[0] ?? fail('Nothing')) : { kind: 'alt', items }
  }

  const changed = (flags: Flags, on: string, off: string): Flags => {
    const of = (flag: 'i' | 'x' | 's' | 'm') => (on.includes(flag) ? true : off.includes(flag) ? false : flags[flag])
    return { i: of('i'), x: of('x'), s: of('s'), m: of('m') }
  }

  const atom = (char: string, flags: Flags): Node => {
    at += 1
    if (char === '[') return setNode(bracket(flags), flags)
    if (char === '.') return { kind: 'set', set: flags.s ? setOf(all, true) : without([10]) }
    if (char === '^') return { kind: 'assert', text: flags.m ? '(?<![^\\n])' : '^' }
    if (char === '$') return { kind: 'assert', text: flags.m ? '(?![^\\n])' : '$' }
    if (char === '\\') {
      const name = source[at] ?? ''
      const set = classOf(name)
      if (set !== null) return ((at += 1), { kind: 'set', set })
      if (name === 'b' || name === 'B') return ((at += 1), { kind: 'assert', text: `\\${name}` })
      if (name === 'A') return ((at += 1), { kind: 'assert', text: '^' })
      if (name === 'z' || name === 'Z') return ((at += 1), { kind: 'assert', text: '$' })
      return letter(escaped(), flags)
    }
    if (char === '(') {
      const look = /^\?(?:<?[=!])/.exec(source.slice(at))
      if (look !== null) {
        at += look[0].length
        return closed({ kind: 'look', open: `(${look[0]}`, item: alternatives(flags) })
      }
      const plain = /^\?([imsxu]*)(?:-([imsxu]+))?:/.exec(source.slice(at))
      if (plain !== null) {
        at += plain[0].length
        return closed(alternatives(changed(flags, plain[1] ?? '', plain[2] ?? '')))
      }
      const name = /^\?P?<(\w+)>/.exec(source.slice(at))
      if (name !== null) at += name[0].length
      else if (source[at] === '?') fail('An unknown group')
      groups += 1
      const index = groups
      return closed({ kind: 'capture', index, name: name?.[1] ?? '', item: alternatives(flags) })
    }
    if (/[*+?]/.test(char)) fail('A quantifier of nothing')
    return letter(char, flags)
  }

  const closed = (node: Node): Node => {
    if (source[at] !== ')') fail('A group without an end')
    at += 1
    return node
  }

  const quantified = (item: Node, flags: Flags): Node => {
    let node = item
    for (;;) {
      if (flags.x) while (/\s/.test(source[at] ?? '')) at += 1
      const written = /^(?:([*+?])|\{(\d*)(,?)(\d*)\})/.exec(source.slice(at))
      if (written === null || (written[1] === undefined && written[2] === '' && written[4] === '')) return node
      at += written[0].length
      const sign = written[1]
      const min = sign === undefined ? Number(written[2] === '' ? 0 : written[2]) : sign === '+' ? 1 : 0
      const max =
        sign === undefined
          ? written[3] === ''
            ? min
            : written[4] === ''
              ? Infinity
              : Number(written[4])
          : sign === '?'
            ? 1
            : Infinity
      const lazy = source[at] === '?'
      if (lazy) at += 1
      else if (source[at] === '+') fail('A possessive quantifier')
      node = { kind: 'repeat', item: node, min, max, lazy }
    }
  }

  const root = alternatives({ i: false, x: false, s: false, m: false })
  if (at < source.length) fail('Something behind the end')
  return { root, isFolded: folded > 0 && unfolded === 0 }
}
