/** By which a Wayland session lets a program have keys from anywhere. */
const wanted: readonly string[] = ['GlobalShortcutsPortal']

/** The value of Chromium's `--enable-features`, with what somebody else has asked for; null where nothing is needed. */
export function enabledFeatures(system: NodeJS.Platform, given: string): string | null {
  if (system !== 'linux') return null
  const asked = given.split(',').filter((name) => name !== '')
  return [...new Set([...asked, ...wanted])].join(',')
}
