import type { Progress } from './progress.ts'
export async function runTests(_names: readonly string[], _progress: Progress): Promise<number> { return 1 }
