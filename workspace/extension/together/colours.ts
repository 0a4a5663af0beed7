/** A colour for somebody, the same in every window and in the dashboard: a hue in degrees. */
export function hueOf(id: string): number {
  let hash = 0
  for (const letter of id) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return (hash * 137) % 360
}

/** Of a cursor and the name on it, on an editor's light and dark ground: seen and legible whatever the hue (WCAG 2.2, 1.4.3 and 1.4.11). */
export const coloursOf = (hue: number) => ({
  light: { colour: `hsl(${hue} 75% 26%)`, ink: 'hsl(0 0% 100%)' },
  dark: { colour: `hsl(${hue} 75% 72%)`, ink: 'hsl(0 0% 7%)' },
})
