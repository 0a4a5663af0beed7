/** What a workspace, or a file's name, says, as text that moves no cursor, sets no title and turns no line around; bytes that are not UTF-8 as `\xNN`. */
export function legible(name: Buffer | string): string {
  const bytes = Buffer.from(name)
  const text = bytes.toString()
  const whole = Buffer.from(text).equals(bytes) ? text : bytes.toString('latin1').replace(/[\x80-\xFF]/g, hexadecimal)
  return whole.replace(/\p{Cc}|\p{Bidi_Control}/gu, (found) => (found === '\n' ? ' ' : hexadecimal(found)))
}

/** The same for several lines. */
export const legibleLines = (text: string): string => text.split('\n').map(legible).join('\n')

const hexadecimal = (character: string) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`
