/**
 * Whether Chromium's sandbox is forced upon every process. It is, whatever stands on the command line (an AppImage's own
 * entry says `--no-sandbox`), but for root, for whom Chromium has none and would not start.
 */
export function forcesSandbox(asked: { readonly withoutSandbox: boolean; readonly userId: number | null }): boolean {
  return !(asked.withoutSandbox && asked.userId === 0)
}
