const inLines = (text: string, length: number, end: string) => (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(end)
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Each way in which an API may write a secret down. */
export const writings: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  JSON: (value) => JSON.stringify({ key: value }),
  'JSON, slashes escaped': (value) => JSON.stringify({ key: value }).replaceAll('/', String.raw`\/`),
  'JSON in JSON': (value) => JSON.stringify({ inner: JSON.stringify({ key: value }) }),
  URL: (value) => encodeURIComponent(value),
  form: (value) => new URLSearchParams({ key: value }).toString(),
  HTML: (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
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

/** Everything that a reader could decode out of it, without knowing how it was written. */
export function readings(bytes: Buffer): string[] {
  return (['utf8', 'latin1'] as const).flatMap((encoding) => {
    const text = bytes.toString(encoding)
    const unfolded = text.replaceAll(/\r?\n|(?:\\r)?\\n/g, '')
    const inBase64 = [text, unfolded].flatMap((each) => [...each.matchAll(/[A-Za-z0-9+/_-]{8,}/g)]).flatMap(([each]) => [0, 1, 2, 3].map((offset) => Buffer.from(each.slice(offset), 'base64').toString(encoding)))
    const inHexadecimal = [...text.matchAll(/(?:[0-9a-f]{2}){4,}/gi)].map(([each]) => Buffer.from(each, 'hex').toString(encoding))
    const percent = (each: string) => attempt(() => decodeURIComponent(each))
    // Piece by piece, so that a lone % elsewhere hides nothing.
    const inUrls = text.split(/\s/).flatMap((each) => [percent(each), percent(each.replaceAll('+', ' '))])
    const inHtml = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&')
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
