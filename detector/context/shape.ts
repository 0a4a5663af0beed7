import { wordlikeness } from '../search/wordlike.ts'
import type { Kind } from './name.ts'

/** What stands where a secret is to be put in, or says that it has been taken out. */
const placeholder =
  /example|sample|placeholder|change.?(?:me|it|this)|replace|your|y0ur|xxxx|\*\*\*|\.\.\.|…|dummy|fake|mock|todo|fixme|redacted|removed|hidden|masked|censored|sanitized|insert|lorem|foobar|foo.?bar|not.?set|undefined|(?:^|[^a-z])(?:null|nil|none|true|false|empty|default|unset|tbd|n\/a|some|enter|put|paste|fill|here|goes|this|the)(?:[^a-z]|$)|0123456789|^1234567890?$|abcdefgh|abc123|abc-?def|asdf|qwertyui|deadbeef|(.)\1{5,}|(?:ab|12|01|aa|00){5}/i
/** Where something else puts the value in. */
const template =
  /\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|^\$(?:[{(]|\w+$)|^%[\w.]+%|^<|>$|\$\{|\{\{|^\{|^\[|\]$|\}$|#\{|^@[\w.]+@?$|&\w+;|^__\w+__$|%[sdv@]|%\(|\$\(|`|<%|^!|^arn:|^\*|^\.\.?\//
const address =
  /^urn:|^[a-z][a-z0-9+.-]*:\/\/|^www\.|^[\w.+-]+@[\w-]+\.[a-z]{2,}$|^(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?$|^(?:[\w-]+\.)+(?:com|org|net|io|dev|local|internal|js|ts|json|ya?ml|py|txt|pem|key|crt|html?|png|svg|css|xml|php|go|rs|java|md|sh|conf|cfg|ini|toml|log)(?::\d+)?(?:\/|$)/i
const path = /^(?:[~.]{0,2}\/|[A-Za-z]:\\|@?[\w-]+\/)[\w .@/\\-]*$/
/** As an expression in a program has it. */
const code =
  /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+$|\(|\)|=>|->|::|&&|\|\||==|;$|,$|^[A-Z]+(?:_[A-Z]+)+$|^(?:this|self|process|config|env|os|System)\b[.[]/
const time =
  /^\d{4}-\d\d-\d\d|^\d+(?:[.,:]\d+)*(?:ms|[smhdwyx%]|px|em|rem|[kmg]i?b)?$|^v?\d+(?:\.\d+){1,3}(?:[-+][\w.]+)?$/i
/** Passwords that have been made unreadable, digests, and keys that everybody may have. */
const digest =
  /^\$(?:2[abxy]?|argon2\w*|pbkdf2|scrypt|[156y])\$|^pbkdf2|^\{S?SHA\d*\}|^sha\d+[-:$]|^md5[-:]|^(?:ssh-|ecdsa-|-----BEGIN (?:PUBLIC|CERT))|^AAAA[BC]3|^data:|^(?:pk_|pub_?)|^ENC\[|^\{cipher\}|^vault:|^secretsmanager|^ssm:|^op:\/\/|^keyring:|^MII[A-Z]/i
/** Names of codings, of algorithms and of kinds of values. */
const term =
  /^(?:(?:utf|int|uint|float|u|i|f|x|es|base|sha|md|aes|rsa|hs|rs|ps|es|ed|ripemd|hmac|pbkdf|bcrypt|argon|blake|rc|des|oauth|http|h|ipv|win|arm|v|is|mp|java|vec|mat|col|row|arg|param|tmp|var|p|step|line|level|layer|type|node|item|option)[-_]?\d+\w{0,4}|oauth2?\w*|x509|pkcs\d+|ed25519|curve25519|secp256\w*|x25519|k8s|i18n|a11y|l10n|e2e)$/i
const trivial = new Set(
  'password passwd pass passw pwd passphrase passwort secret mysecret secretkey mysecretkey token mytoken accesstoken key mykey apikey test testing tests testpassword testpass testuser testtoken testkey testsecret mypassword mypass newpassword oldpassword userpassword adminpassword dbpassword thepassword secretpassword supersecret topsecret user username value string number field input type foo bar baz qux abc a b c x y z hello world helloworld auth login name id none salt nonce pepper user blah bla stuff thing something somepass somepassword somesecret sometoken mytestpassword strongpassword securepassword anything word text data demo client server item option'.split(
    ' ',
  ),
)

const plain: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Whether it is one of the words that examples use, with digits around it or in place of letters. */
export function isTrivial(value: string): boolean {
  const lower = value.toLowerCase()
  if (trivial.has(lower.replace(/[^a-z]/g, ''))) return true
  const spelled = lower.replace(/[\d!@#$%^&*_.?-]+$/, '').replace(/[013457@$!]/g, (each) => plain[each] ?? each)
  return trivial.has(spelled.replace(/[^a-z]/g, ''))
}

/** `user:password` in base64, as HTTP has it, where both are words of examples. */
function isTrivialPair(value: string): boolean {
  if (value.length > 60 || !/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false
  const decoded = Buffer.from(value, 'base64').toString('latin1')
  if (!/^[\x20-\x7e]{4,}$/.test(decoded)) return false
  return decoded.split(':').every((each) => isTrivial(each) || /^(?:[a-z]+|.{0,3})$/i.test(each))
}

/** Nothing shorter is a secret: a key is made by a program, and what may well be something else must be surely random. */
const shortestOf: Readonly<Record<Kind, number>> = { password: 5, key: 8, weak: 16 }

/** Whether a value behind a name of this kind is a secret by its shape. */
export function isSecret(kind: Kind, value: string, isQuoted: boolean): boolean {
  if (value.length < shortestOf[kind] || value.length > 400 || !/^[\x21-\x7e]+$/.test(value)) return false
  if (template.test(value) || address.test(value) || time.test(value) || digest.test(value) || term.test(value))
    return false
  const shape = shapeOf(value)
  // Random characters may happen to hold a word.
  if (placeholder.test(value) && !(shape.longestMixed > 30 && !/example|your|placeholder|xxxx|(.)\1{7}/i.test(value)))
    return false
  if (isProgram(value, shape) || isTrivial(value) || isTrivialPair(value)) return false
  // What speaks of itself is a name.
  if (/pass(?:word|wd|phrase)|secret|token|credential/i.test(value) && shape.digitGroups < 3) return false
  if (kind === 'password') return isPassword(value, shape, isQuoted) || isRandom(value, shape)
  if (kind === 'key') return isRandom(value, shape)
  return isSurelyRandom(value, shape)
}

interface Shape {
  readonly digits: number
  readonly upper: number
  readonly lower: number
  /** Signs other than those that join words. */
  readonly signs: number
  readonly digitGroups: number
  /** The longest run of letters and digits that has both. */
  readonly longestMixed: number
  readonly longestLetters: string
  /** Letters alone. */
  readonly letters: string
}

function shapeOf(value: string): Shape {
  const count = (pattern: RegExp) => value.match(pattern)?.length ?? 0
  const runs = value.match(/[A-Za-z0-9]+/g) ?? []
  const words = value.match(/[A-Za-z]+/g) ?? []
  return {
    digits: count(/\d/g),
    upper: count(/[A-Z]/g),
    lower: count(/[a-z]/g),
    signs: count(/[^A-Za-z0-9\-_./:\\ ,]/g),
    digitGroups: count(/\d+/g),
    longestMixed: Math.max(
      0,
      ...runs.filter((run) => /\d/.test(run) && /[A-Za-z]/.test(run)).map(({ length }) => length),
    ),
    longestLetters: words.toSorted((a, b) => b.length - a.length)[0] ?? '',
    letters: words.join(''),
  }
}

function isProgram(value: string, shape: Shape): boolean {
  if (code.test(value) && !(shape.longestMixed >= 12 && shape.digitGroups > 2 && !/[()]/.test(value))) return true
  return (
    path.test(value) &&
    (value.includes('/') || value.includes('\\')) &&
    !(shape.longestMixed >= 12 && shape.digitGroups > 2)
  )
}

function isPassword(value: string, shape: Shape, isQuoted: boolean): boolean {
  const { digits, signs, letters } = shape
  if (letters.length < 3 && !(signs > 1 && digits > 1)) return false
  if (value.length < 6 && !(digits > 0 && signs > 0)) return false
  if (digits === 0) {
    // A word with a full stop or a question mark is none; a sign among the letters makes one.
    const inner = /[A-Za-z][^A-Za-z\-_./:\\ ,][A-Za-z]/.test(value) || signs > 2
    return isQuoted && signs > 0 && inner && value.length > 7 && !/['"=?{}[\]|]/.test(value)
  }
  if (shape.longestMixed === 0 && signs === 0) return isPassphrase(value)
  if (/['"{}[\]]/.test(value) && shape.longestMixed < 4) return false
  return isQuoted || signs > 0 || value.length > 7
}

/** Words and a number that signs join; one with a capital, or it may well be a name. */
const isPassphrase = (value: string): boolean =>
  /^(?:[A-Za-z]{3,12}[-_.]){2,5}\d{2,6}$/.test(value) && /[A-Z][a-z]/.test(value)

function isRandom(value: string, shape: Shape): boolean {
  const { digits, digitGroups, longestMixed, letters, longestLetters, upper, lower, signs } = shape
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return digitGroups > 3
  if (/^\d+$/.test(value) || letters.length < 3) return false
  if (digits > 0 && longestMixed > 0) {
    const isWordy = wordlikeness(longestLetters) > 0.7 && longestLetters.length > 4
    if (longestMixed >= 16) return digitGroups > 1 || !isWordy
    if (longestMixed >= 9 && value.length >= 10)
      return digitGroups > 2 || (digitGroups > 1 && !isWordy) || (value.length > 12 && !isWordy && digits > 1)
    return (
      value.length >= 8 &&
      ((digitGroups > 2 && (signs > 0 || longestMixed > 6)) || (signs > 0 && digitGroups > 1 && upper > 0 && lower > 0))
    )
  }
  if (digits > 0 || longestLetters.length < 16) return false
  return isShuffled(longestLetters)
}

/** Letters that are no words: of one case few pairs are usual, of two it changes too often. */
function isShuffled(letters: string): boolean {
  const changes = letters.match(/[a-z][A-Z]/g)?.length ?? 0
  return wordlikeness(letters) < 0.55 || (changes * 4.5 > letters.length && wordlikeness(letters) < 0.7)
}

function isSurelyRandom(
  value: string,
  { digits, digitGroups, longestMixed, upper, lower, longestLetters }: Shape,
): boolean {
  if (/^[0-9a-f-]{16,}$/i.test(value))
    return (
      /^[0-9a-f]{32,}$/i.test(value) &&
      digitGroups > 3 &&
      longestLetters.length > 0 &&
      value.length !== 40 &&
      value.length !== 64
    )
  return value.length >= 16 && longestMixed >= 12 && digitGroups > 2 && digits > 2 && upper > 1 && lower > 1
}
