import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { parse as parseYaml } from 'yaml'
import { entropyOf } from '../../entropy.ts'
import { longest, longestRun, wordsOf } from './literals.ts'
import { print } from './print.ts'
import { parse } from './syntax.ts'
import type { Node } from './syntax.ts'

interface KingfisherRule {
  readonly name: string
  readonly id: string
  readonly pattern: string
  readonly visible?: boolean
  readonly confidence?: string
  readonly min_entropy?: number
  readonly examples?: readonly unknown[]
  readonly negative_examples?: readonly unknown[]
  readonly pattern_requirements?: {
    readonly min_digits?: number
    readonly min_uppercase?: number
    readonly min_lowercase?: number
    readonly min_special_chars?: number
    readonly special_chars?: string
    readonly ignore_if_contains?: readonly string[]
    readonly checksum?: unknown
  }
}

const here = fileURLToPath(new URL('..', import.meta.url))

/** Whatever may stand before the first that counts says nothing. */
function withoutStart(root: Node): Node {
  if (root.kind !== 'seq') return root
  const [first, ...rest] = root.items
  if (
    first?.kind === 'repeat' &&
    first.min === 0 &&
    first.item.kind === 'set' &&
    hasCapture({ kind: 'seq', items: rest })
  )
    return withoutStart({ kind: 'seq', items: rest })
  return root
}

const hasCapture = (node: Node): boolean => captures(node).length > 0

/** Groups that lie in no other. */
function outermost(node: Node): { readonly index: number; readonly name: string }[] {
  if (node.kind === 'capture') return node.name === '' ? [{ index: node.index, name: node.name }] : outermost(node.item)
  if (node.kind === 'seq' || node.kind === 'alt') return node.items.flatMap(outermost)
  return node.kind === 'repeat' || node.kind === 'look' ? outermost(node.item) : []
}

function captures(node: Node): { readonly index: number; readonly name: string }[] {
  if (node.kind === 'capture') return [{ index: node.index, name: node.name }, ...captures(node.item)]
  if (node.kind === 'seq' || node.kind === 'alt') return node.items.flatMap(captures)
  if (node.kind === 'repeat' || node.kind === 'look') return captures(node.item)
  return []
}

/**
 * The group called TOKEN or else one without a name, as Kingfisher has it; where there are several, the last that has
 * enough entropy in the examples, as some rules take a name before the secret.
 */
function secretGroup(
  root: Node,
  pattern: RegExp,
  { examples, min_entropy }: { readonly examples?: readonly unknown[]; readonly min_entropy?: number },
): number {
  const all = captures(root)
  const called = (name: string) => all.find((each) => each.name.toLowerCase() === name)
  const named = called('token') ?? called('secret') ?? called('password')
  if (named !== undefined) return named.index
  const passes = (group: number) =>
    (examples ?? []).filter((each) => entropyOf(pattern.exec(String(each))?.[group] ?? '') > (min_entropy ?? 0)).length
  const choices = outermost(root).filter(({ name }) => name === '')
  return (choices.toSorted((a, b) => passes(b.index) - passes(a.index) || b.index - a.index)[0] ?? all[0])?.index ?? 0
}

function convertPattern(
  source: string,
  rule: { readonly examples?: readonly unknown[]; readonly min_entropy?: number } = {},
) {
  const { root: whole, isFolded } = parse(source)
  const root = withoutStart(whole)
  const words = wordsOf(root)
  const longestMatch = longest(root)
  const pattern = print(root, isFolded)
  const flags = isFolded ? 'i' : ''
  return {
    pattern,
    flags,
    group: secretGroup(root, new RegExp(pattern, flags), rule),
    words: words?.words ?? [],
    from: words?.from ?? 0,
    to: words === null || words.to === Infinity ? null : words.to,
    longest: longestMatch === Infinity ? null : longestMatch,
    run: longestRun(root),
  }
}

const lines = (values: readonly unknown[]) => values.map((each) => ` ${JSON.stringify(each)}`).join(',\n')

function convertKingfisher(folder: string, source: string): void {
  const rules: unknown[] = []
  const examples: Record<string, readonly string[]> = {}
  const left: Record<string, string> = {}
  let hidden = 0
  let generic = 0
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .toSorted()) {
    const { rules: written } = parseYaml(readFileSync(join(folder, file), 'utf8')) as {
      rules?: readonly KingfisherRule[]
    }
    for (const rule of written ?? []) {
      // Names and addresses that Kingfisher needs to try a key out.
      if (rule.visible === false) {
        hidden += 1
        continue
      }
      // Names alone and addresses with passwords are judged by rules of our own; one takes any address of Ethereum's.
      if (
        /^kingfisher\.(?:(?:generic|uri|credentials|http|ftp|smb|solr|oracle|redshift|postgres|mysql|rabbitmq)\.|mongodb\.3|redis\.1|ldap\.2|netrc\.1|hcaptcha\.1)/.test(
          rule.id,
        )
      ) {
        generic += 1
        continue
      }
      // It goes back and forth for seconds over a few hundred characters.
      if (rule.id === 'kingfisher.phpmailer.1') {
        left[rule.id] = 'too costly'
        continue
      }
      try {
        const { words, ...converted } = convertPattern(rule.pattern, rule)
        if (words.length === 0) throw new Error('no word that every match holds')
        const needs = rule.pattern_requirements ?? {}
        if (needs.checksum !== undefined && JSON.stringify(needs.checksum).includes('bip39'))
          throw new Error('needs a list of words')
        rules.push({
          id: rule.id,
          name: rule.name,
          ...converted,
          words,
          entropy: rule.min_entropy ?? 0,
          confidence: rule.confidence ?? 'medium',
          digits: needs.min_digits ?? 0,
          uppercase: needs.min_uppercase ?? 0,
          lowercase: needs.min_lowercase ?? 0,
          special: needs.min_special_chars ?? 0,
          without: (needs.ignore_if_contains ?? []).map((each) => String(each).toLowerCase()),
        })
        // Some examples have less entropy than their own rule asks for, or hold what it leaves out.
        const found = new RegExp(converted.pattern, converted.flags)
        examples[rule.id] = (rule.examples ?? []).map(String).filter((each) => {
          const match = found.exec(each)
          const secret = match?.[converted.group] ?? match?.[0] ?? ''
          return (
            match === null ||
            (entropyOf(secret) > (rule.min_entropy ?? 0) &&
              !(needs.ignore_if_contains ?? []).some((word) =>
                secret.toLowerCase().includes(String(word).toLowerCase()),
              ))
          )
        })
      } catch (error) {
        left[rule.id] = error instanceof Error ? error.message : String(error)
      }
    }
  }
  writeFileSync(
    join(here, 'kingfisher.json'),
    `{\n"source": ${JSON.stringify(source)},\n"rules": [\n${lines(rules)}\n]}\n`,
  )
  // Packed, so that no scanner of credentials takes them for some.
  writeFileSync(join(here, 'kingfisher-examples.json.gz'), gzipSync(JSON.stringify(examples), { level: 9 }))
  process.stdout.write(
    `${rules.length} rules, ${hidden} hidden ones and ${generic} that rules of our own replace not taken, ${Object.keys(left).length} not converted:\n${Object.entries(
      left,
    )
      .map(([id, why]) => `  ${id}: ${why}\n`)
      .join('')}`,
  )
}

interface GitleaksRule {
  readonly id: string
  readonly pattern: string
  readonly keywords?: readonly string[]
  readonly words?: readonly string[]
  readonly entropy: number
  readonly group: number
  readonly path: string | null
  readonly allow: readonly unknown[]
}

/** gitleaks' rules are here in JavaScript's form; the words that they are looked for by are found anew. */
function refreshGitleaks(): void {
  const file = join(here, 'gitleaks.json')
  const data = JSON.parse(readFileSync(file, 'utf8')) as {
    source: string
    allow: unknown
    rules: readonly GitleaksRule[]
  }
  const rules = data.rules.map(({ id, pattern, entropy, group, path, allow, keywords, words: before }) => {
    const { words, to, ...converted } = convertPattern(pattern)
    // Where no word is in every match, gitleaks' keywords stand somewhere near it.
    const [near, end] = words.length > 0 ? [words, to] : [keywords ?? before ?? [], null]
    return { id, ...converted, words: near, to: end, group, entropy, path, allow }
  })
  writeFileSync(
    file,
    `{\n"source": ${JSON.stringify(data.source)},\n"allow": ${JSON.stringify(data.allow)},\n"rules": [\n${lines(rules)}\n]}\n`,
  )
}

const [folder, source] = process.argv.slice(2)
if (folder === undefined || source === undefined)
  throw new Error('Usage: node detector/rules/convert/convert.ts FOLDER-OF-KINGFISHER-RULES "WHERE IT COMES FROM"')
convertKingfisher(folder, source)
refreshGitleaks()
