const inLines = (text: string, length: number, end: string) =>
  (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(end)
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Each way in which an API may write a secret down. */
export const writings: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  JSON: (value) => JSON.stringify({ key: value }),
  'JSON, slashes escaped': (value) => JSON.stringify({ key: value }).replaceAll('/', String.raw`\/`),
  'JSON in JSON': (value) => JSON.stringify({ inner: JSON.stringify({ key: value }) }),
  URL: (value) => encodeURIComponent(value),
  form: (value) => new URLSearchParams({ key: value }).toString(),
  HTML: (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  hexadecimal: (value) => Buffer.from(value).toString('hex'),
  'hexadecimal, large': (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'base64, first': (value) => base64(value),
  'base64, second': (value) => base64(`x${value}!`),
  'base64, third': (value) => Buffer.from(`xy${value}`).toString('base64url'),
  // As mail has it, as keys have it, and as GitHub has it in JSON.
  'base64, in lines': (value) => inLines(base64(`a${value}bc`), 12, '\r\n'),
  'base64, in longer lines': (value) => inLines(base64(`user:${value}`), 60, '\n'),
  'base64, in lines in JSON': (value) => JSON.stringify({ content: inLines(base64(`ab${value}`), 13, '\n') }),
}

const escaped = (text: string, which: RegExp, write: (code: number) => string) =>
  text.replaceAll(which, (each) => write(each.charCodeAt(0)))
const hex = (code: number, width: number) => code.toString(16).padStart(width, '0')
const upper = (code: number, width: number) => hex(code, width).toUpperCase()
const bytesOf = (text: string) => [...Buffer.from(text, 'utf8')]
const base32 = (text: string) => {
  const bits = bytesOf(text)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  return (bits.match(/.{1,5}/g) ?? [])
    .map((each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(each.padEnd(5, '0'), 2)))
    .join('')
}
const quotedPrintable = (text: string) => {
  const written = bytesOf(text).map((byte) =>
    byte === 0x3d || byte < 0x20 || byte > 0x7e ? `=${upper(byte, 2)}` : String.fromCharCode(byte),
  )
  return (written.join('').match(/(?:=[0-9A-F]{2}|[^=]){1,20}/g) ?? []).join('=\r\n')
}
const spread = (text: string, big: boolean) => {
  const bytes = Buffer.from(text, 'utf16le')
  return (big ? bytes.swap16() : bytes).toString('latin1')
}

/**
 * Each way in which an API may write a value of printable ASCII down without meaning to, or to get past a filter; as
 * bytes, one character each.
 */
export const oddWritings: Readonly<Record<string, (value: string) => string>> = {
  'JSON as Go has it': (value) => escaped(JSON.stringify({ key: value }), /[&<>]/g, (code) => `\\u${hex(code, 4)}`),
  'JSON as .NET has it': (value) =>
    `{"key":"${escaped(value, /["'&<>+`\\]/g, (code) => (code === 0x5c ? '\\\\' : `\\u${upper(code, 4)}`))}"}`,
  'JSON as PHP has it': (value) => JSON.stringify({ key: value }).replaceAll('/', String.raw`\/`),
  'JSON as PHP has it with all flags': (value) =>
    escaped(
      JSON.stringify({ key: value }).replaceAll(String.raw`\"`, String.raw`\u0022`),
      /[&<>']/g,
      (code) => `\\u${upper(code, 4)}`,
    ).replaceAll('/', String.raw`\/`),
  'JSON, all escaped': (value) => `"${escaped(value, /[^]/g, (code) => `\\u${hex(code, 4)}`)}"`,
  'JSON in JSON, all escaped': (value) => JSON.stringify(`"${escaped(value, /[^]/g, (code) => `\\u${hex(code, 4)}`)}"`),
  'JavaScript, all escaped': (value) => `"${escaped(value, /[^]/g, (code) => `\\x${hex(code, 2)}`)}"`,
  'C, all escaped': (value) => `"${escaped(value, /[^]/g, (code) => `\\${code.toString(8).padStart(3, '0')}`)}"`,
  'HTML as Go has it': (value) =>
    escaped(
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      /["'+]/g,
      (code) => `&#${code};`,
    ),
  'HTML as Python has it': (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#x27;'),
  'HTML with &apos;': (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
  'HTML, all in numbers': (value) => escaped(value, /[^]/g, (code) => `&#${code};`),
  'HTML, all in hexadecimal numbers': (value) => escaped(value, /[^]/g, (code) => `&#x${hex(code, 2)};`),
  'HTML, numbers with zeros': (value) => escaped(value, /[^]/g, (code) => `&#0${code};`),
  'an address, all escaped': (value) => escaped(value, /[^]/g, (code) => `%${upper(code, 2)}`),
  'an address, all escaped, small': (value) => escaped(value, /[^]/g, (code) => `%${hex(code, 2)}`),
  'an address, escaped twice': (value) => encodeURIComponent(escaped(value, /[^]/g, (code) => `%${upper(code, 2)}`)),
  'UTF-16': (value) => spread(value, false),
  'UTF-16, large end first': (value) => spread(value, true),
  'quoted-printable': quotedPrintable,
  'quoted-printable, all escaped': (value) =>
    bytesOf(value)
      .map((byte) => `=${upper(byte, 2)}`)
      .join(''),
  'hexadecimal with colons': (value) =>
    bytesOf(value)
      .map((byte) => hex(byte, 2))
      .join(':'),
  'hexadecimal with spaces, large': (value) =>
    bytesOf(value)
      .map((byte) => upper(byte, 2))
      .join(' '),
  'hexadecimal as C has it': (value) =>
    bytesOf(value)
      .map((byte) => `0x${hex(byte, 2)}`)
      .join(', '),
  'hexadecimal in lines': (value) => inLines(Buffer.from(value).toString('hex'), 20, '\n'),
  'base64 twice': (value) => base64(base64(value)),
  'base64 twice, second': (value) => base64(`x${base64(`yz${value}`)}`),
  'base64 with spaces': (value) => inLines(base64(`ab${value}`), 4, ' '),
  'base64 in short lines': (value) => inLines(base64(`a${value}`), 5, '\n'),
  'base64 in lines that are set in': (value) => inLines(base64(value), 20, '\r\n    '),
  'base64 in an address': (value) => encodeURIComponent(base64(`a${value}??`)),
  'base64 in JSON as PHP has it': (value) => JSON.stringify(base64(`ab${value}`)).replaceAll('/', String.raw`\/`),
  'base64 of UTF-16': (value) => Buffer.from(value, 'utf16le').toString('base64'),
  base32: (value) => base32(value),
  'base32, small, fourth': (value) => base32(`abc${value}xy`).toLowerCase(),
  'large letters': (value) => value.toUpperCase(),
  'small letters': (value) => value.toLowerCase(),
  'the other case': (value) =>
    value.replaceAll(/[A-Za-z]/g, (each) => (each === each.toUpperCase() ? each.toLowerCase() : each.toUpperCase())),
  backwards: (value) => [...value].toReversed().join(''),
}

/** Everything that a reader could decode out of it, without knowing how it was written. */
export function readings(bytes: Buffer): string[] {
  return (['utf8', 'latin1'] as const).flatMap((encoding) => {
    const text = bytes.toString(encoding)
    const unfolded = text.replaceAll(/\r?\n|(?:\\r)?\\n/g, '')
    const inBase64 = [text, unfolded]
      .flatMap((each) => [...each.matchAll(/[A-Za-z0-9+/_-]{8,}/g)])
      .flatMap(([each]) => [0, 1, 2, 3].map((offset) => Buffer.from(each.slice(offset), 'base64').toString(encoding)))
    const inHexadecimal = [...text.matchAll(/(?:[0-9a-f]{2}){4,}/gi)].map(([each]) =>
      Buffer.from(each, 'hex').toString(encoding),
    )
    const percent = (each: string) => attempt(() => decodeURIComponent(each))
    // Piece by piece, so that a lone % elsewhere hides nothing.
    const inUrls = text.split(/\s/).flatMap((each) => [percent(each), percent(each.replaceAll('+', ' '))])
    const inHtml = text
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&amp;', '&')
    return [text, ...inUrls, inHtml, ...strings(text), ...inBase64, ...inHexadecimal]
  })
}

function strings(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"/g)].flatMap(([whole]) => {
    const inner = attempt(() => JSON.parse(whole) as string)
    return inner === '' || inner === text ? [] : [inner, ...strings(inner)]
  })
}

function attempt(work: () => string): string {
  try {
    return work()
  } catch {
    return ''
  }
}
