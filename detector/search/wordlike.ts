/** For each letter, those that often follow it in words of English and in names of programs. */
const followers =
  'abcdfgiklmnprstuvwy baeilorsu cacehiklortu dadeilorsu eabcdefglmnopqrstvwxy faefiloru gaehilnorsu haeiort iabcdefglmnoprstvz js kaeis ladeilostuy mabeimopsu nacdefgiknostuv oabcdfgiklmnoprstuvw paehiloprstu qu racdegiklmnorstuvy sacehilopstuy tacehilorstuy uabcdegilmnprst vaeio waeio xpt yps ze'
/** By the places of both letters in the alphabet, from one on, five bits each. */
export const usualPairs = new Uint8Array(1 << 10)
for (const row of followers.split(' '))
  for (const next of row.slice(1)) usualPairs[((row.charCodeAt(0) & 31) << 5) | (next.charCodeAt(0) & 31)] = 1

/** Two letters' codes. */
export const isUsualPair = (first: number, second: number): boolean =>
  usualPairs[((first & 31) << 5) | (second & 31)] === 1

/** Which part of its pairs of letters is usual in words: most of them in words, a third in random letters. */
export function wordlikeness(letters: string): number {
  let count = 0
  for (let at = 1; at < letters.length; at += 1)
    if (isUsualPair(letters.charCodeAt(at - 1), letters.charCodeAt(at))) count += 1
  return letters.length < 2 ? 1 : count / (letters.length - 1)
}
