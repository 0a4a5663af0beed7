/** Of two colours written as `hsl(H S% L%)`, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [, hue, saturation, lightness] = /^hsl\((\d+) (\d+)% (\d+)%\)$/.exec(colour)?.map(Number) ?? []
  if (hue === undefined || saturation === undefined || lightness === undefined)
    throw new Error(`“${colour}” is no colour of this form.`)
  const light = lightness / 100
  const spread = (saturation / 100) * Math.min(light, 1 - light)
  const linear = (n: number) => {
    const step = (n + hue / 30) % 12
    const value = light - spread * Math.max(-1, Math.min(step - 3, 9 - step, 1))
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * linear(0) + 0.7152 * linear(8) + 0.0722 * linear(4)
}
