import { i18n } from '@lingui/core'
import type { UsagePrice, UsageRow } from '@arcx/router'

const dayMs = 24 * 3600 * 1000
const gigabyte = 1e9

export const dayBefore = (days: number): string => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)

/** Each day from one to another, both included. */
export function daysIn(from: string, to: string): readonly string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) days.push(new Date(at).toISOString().slice(0, 10))
  return days
}

/** Of what is less than can be shown, that it is not nothing. */
export function number(value: number, digits = 1): string {
  const format = new Intl.NumberFormat(i18n.locale, { maximumFractionDigits: digits })
  const least = 10 ** -digits
  return value > 0 && value < least / 2 ? `<${format.format(least)}` : format.format(value)
}

export const shortDay = (day: string): string =>
  new Date(day).toLocaleDateString(i18n.locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })

export function money(hours: number, { centsPerHour, currency }: UsagePrice): string {
  const format = new Intl.NumberFormat(i18n.locale, { style: 'currency', currency: currency.toUpperCase() })
  return format.format((hours * centsPerHour) / 100)
}

/** What several rows come to, as it is shown. */
export interface Total {
  readonly awakeHours: number
  readonly asleepHours: number
  readonly cpuHours: number
  readonly memoryGigabyteHours: number
  readonly storageGigabyteHours: number
  readonly trafficGigabytes: number
}

export function totalOf(rows: readonly UsageRow[]): Total {
  const sum = (of: (row: UsageRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  return {
    awakeHours: sum((row) => row.awakeSeconds) / 3600,
    asleepHours: sum((row) => row.asleepSeconds) / 3600,
    cpuHours: sum((row) => row.cpuSeconds) / 3600,
    memoryGigabyteHours: sum((row) => row.memoryByteSeconds) / 3600 / gigabyte,
    storageGigabyteHours: sum((row) => row.storageByteSeconds) / 3600 / gigabyte,
    trafficGigabytes: sum((row) => row.trafficBytes) / gigabyte,
  }
}

/** Those with the same name together, whoever used most first. */
export function groupedBy(
  rows: readonly UsageRow[],
  nameOf: (row: UsageRow) => string,
): readonly { readonly name: string; readonly total: Total }[] {
  const groups = Map.groupBy(rows, nameOf)
  return [...groups]
    .map(([name, some]) => ({ name, total: totalOf(some) }))
    .toSorted((a, b) => b.total.awakeHours - a.total.awakeHours || a.name.localeCompare(b.name))
}
