/** A colour for somebody, the same on every screen: a hue in degrees. */
export function hueOf(id: string): number {
  let hash = 0
  for (const letter of id) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
  return (hash * 137) % 360
}

/** What somebody's letters stand in and on, legible whatever the hue (WCAG 2.2, 1.4.3). */
export const coloursOf = (hue: number) => ({
  light: { ink: `hsl(${hue} 70% 24%)`, ground: `hsl(${hue} 55% 88%)` },
  dark: { ink: `hsl(${hue} 70% 80%)`, ground: `hsl(${hue} 35% 22%)` },
})
