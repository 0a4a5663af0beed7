import type { UsageRow } from '@arcx/router'
import { csvCell } from '../audit/export.ts'

const columns = [
  'day',
  'workspaceId',
  'workspaceName',
  'person',
  'team',
  'awakeSeconds',
  'asleepSeconds',
  'cpuSeconds',
  'memoryByteSeconds',
  'storageByteSeconds',
  'trafficBytes',
  'agentTokens',
  'agentCostMicros',
  'workflowSeconds',
] as const satisfies readonly (keyof UsageRow)[]

/** For spreadsheets. */
export function usageAsCsv(rows: readonly UsageRow[]): string {
  const lines = rows.map((row) => columns.map((column) => written(row[column])).join(','))
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

const written = (value: string | number | null): string =>
  typeof value === 'number' ? String(Math.round(value * 1000) / 1000) : csvCell(value)
